"""Signals and faces of an index's photos, measured once and stored in the catalogue."""
