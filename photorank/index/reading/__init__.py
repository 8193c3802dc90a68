"""Data read by an open index: photos, judgements, groups, nearest photos."""
