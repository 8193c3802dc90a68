"""Signals and faces of an index's photos, measured once and kept in the catalogue."""
