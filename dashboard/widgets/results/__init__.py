"""Widgets that show the results of evaluations."""
