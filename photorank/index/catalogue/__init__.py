"""Catalogue (the SQLite database) of an index: schema, migrations, connections and tables."""
