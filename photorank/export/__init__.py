"""Exports: copies, tables, sidecars and books; no photo is moved, changed or deleted."""
