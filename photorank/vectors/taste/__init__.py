"""Taste of one person: prior, posterior, and the choice of the next pair to ask about."""
