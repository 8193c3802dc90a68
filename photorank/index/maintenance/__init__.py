"""Maintenance of an index: checks, repair, compaction, new root of a moved photo library."""
