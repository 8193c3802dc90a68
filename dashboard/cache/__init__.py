"""Caches shared by pages: index data, ratings, images and encoder results."""
