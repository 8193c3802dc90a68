"""Keeping an index sound: checks, repair, compaction, a library that moved."""
