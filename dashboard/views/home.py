"""Page Home: best photos and links to other pages; if there are no photos, how to add some."""

import streamlit as st

from dashboard.cache import index_data
from dashboard.widgets import home_cards, page_head
from dashboard.widgets.way_in import add_photos

if not index_data.index_names():
    add_photos.show_start_page()
    st.stop()

index, bar = page_head.open_page(home_cards.TITLE)
home_cards.show_home(index, bar)
