"""Scores made of likes, views and followers."""
