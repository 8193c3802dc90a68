"""Widgets of evaluations: table of vectors, their best photos and mistakes, all numbers."""
