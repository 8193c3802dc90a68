"""Exports: copies, tables and sidecars; no photo is moved, changed or deleted."""
