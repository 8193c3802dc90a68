"""Pieces of the page Label that are drawn again at each click, while the rest stays."""
