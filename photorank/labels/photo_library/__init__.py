"""Judgements that lie in a photo library: stars, favourites, folders, edited photos."""
