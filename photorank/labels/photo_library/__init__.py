"""Judgements stored in a photo library: stars, favourites, folders, edited photos."""
