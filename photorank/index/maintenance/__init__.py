"""Maintenance of an index: checks, repair, compaction, and moves of its photo library."""
