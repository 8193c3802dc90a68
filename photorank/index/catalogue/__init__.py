"""Catalogue of an index: SQLite schema, migrations, and columns read as arrays."""
