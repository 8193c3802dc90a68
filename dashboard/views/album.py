"""Page Album: choice of a new album's photos, and saved albums as pages of a photo book."""

from dashboard.widgets import page_head
from dashboard.widgets.album import kept_album, new_album, wish_form

index, bar = page_head.open_page("Album")
kept_album.select_saved_album()
with bar:
    name = kept_album.pick_album()
if name is None:
    with bar:
        wish = wish_form.ask_wish(index)
    new_album.show_choice(index, wish)
else:
    kept_album.show_album(index, name)
