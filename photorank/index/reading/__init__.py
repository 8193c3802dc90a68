"""What an open index returns: photos, judgements, groups, nearest photos."""
