"""Maintenance of an index: checks, repair, compaction, and new root of a moved library."""
