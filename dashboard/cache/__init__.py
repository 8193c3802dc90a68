"""Caches shared by pages: photo index data, ratings, images and encoder results."""
