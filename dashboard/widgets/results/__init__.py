"""Widgets of evaluations: table of vectors, their photos and mistakes, all numbers."""
