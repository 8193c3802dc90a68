"""Geometry of a book's page: trimmed size, bleed, margins and the area for photos."""

from dataclasses import dataclass
from functools import cached_property

from photorank.album.book.page_layouts import Block

_MARGIN_SHARE = 0.065  # margin, as a share of the page's short side
_LEAST_GUTTER_MM = 13.0  # from the spine: photos nearer to it vanish in the fold
_GAP_SHARE = 0.015  # gap between photos, as a share of the page's short side
SIDES_MM = (50, 1000)  # least and greatest length of a page's sides
MOST_MARGIN_MM = 50.0  # greatest bleed, safe zone and gutter
LEAST_BLOCK_MM = 10.0  # sides of the area for photos
CAPTION_GAP_MM = 2.2  # between the photos and the top of their caption
CAPTION_MM = 3.0  # height of a caption's letters, with descenders


@dataclass(frozen=True)
class PageSize:
    """Trimmed size of a page, with the bleed and safe zone that a printer requires, in mm."""

    width: float = 210.0
    height: float = 210.0
    bleed: float = 3.0  # beyond the trimmed page
    safe: float = 5.0  # inside it, where nothing important may be
    own_gutter: float | None = None  # of a plan that has one

    @property
    def margin(self) -> float:
        """Minimum distance in mm between photos and the page edges other than the binding."""
        return max(self.safe, _MARGIN_SHARE * min(self.width, self.height))

    @property
    def gutter(self) -> float:
        """Minimum distance in mm between photos and the spine; it keeps photos out of the fold."""
        return max(self.margin, _LEAST_GUTTER_MM) if self.own_gutter is None else self.own_gutter

    @cached_property
    def block(self) -> Block:
        """Width and height of a page's area for photos, and the gap between photos, in mm."""
        gap = _GAP_SHARE * min(self.width, self.height)
        below = max(self.margin, self.safe + CAPTION_GAP_MM + CAPTION_MM)
        return Block(self.width - self.margin - self.gutter, self.height - 2 * below, gap)

    def corner(self, number: int) -> tuple[float, float]:
        """Top left corner (x, y), in mm, of the photo area on a left (even) or right (odd) page."""
        left = self.gutter if number % 2 else self.margin
        return left, (self.height - self.block.height) / 2
