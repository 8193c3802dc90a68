"""Saved albums of the workspace: content, storage, and JSON exchange."""
