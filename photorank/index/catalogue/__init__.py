"""Catalogue of an index, a SQLite database: schema, migrations, connections, and its tables."""
