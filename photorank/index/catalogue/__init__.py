"""The catalogue of an index: its SQLite tables, their migrations, and reading columns as arrays."""
