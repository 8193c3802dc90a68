"""Batches of photos, rated as they come, in bounded memory."""
