"""Faces in a photo: where they are, whether eyes are open, how sharp they are."""
