"""Widgets of evaluations: the table of vectors, their photos and mistakes, and all numbers."""
