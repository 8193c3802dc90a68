"""Saved albums of the workspace: data classes, storage in SQLite, and JSON for exchange."""
