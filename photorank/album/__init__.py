"""Albums: the choice of K out of N photos by rating and variety, with quotas and reasons."""
