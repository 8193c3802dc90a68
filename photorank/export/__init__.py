"""Exports: copies, tables and sidecars. No photo is moved, changed or deleted."""
