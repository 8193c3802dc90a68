"""Judgements stored in photo libraries: stars, favourites, folders, edited photos."""
