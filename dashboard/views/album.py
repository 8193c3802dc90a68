"""Page Album: a saved album with its spreads and book, or a new choice of photos."""

from dashboard.widgets import page_head
from dashboard.widgets.album import editor, kept_album

index, bar = page_head.open_page("Album")
kept_album.turn_to_kept()
with bar:
    name = kept_album.pick_album()
if name is None:
    editor.choose_album(index, bar)
else:
    kept_album.show_album(index, name)
