"""One person's taste: prior, posterior, and choice of the next pair of photos to ask about."""
