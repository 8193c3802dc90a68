"""Albums: K of N photos chosen by rating and variety, with quotas and reasons."""
