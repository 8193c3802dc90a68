"""Faces in a photo: position, eye opening, sharpness."""
