"""Scores computed from likes, views and followers."""
