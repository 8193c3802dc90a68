"""Maintenance of an index: checks, repair, compaction, and a photo library that has moved."""
