"""Albums: K of N photos by rating and variety, with quotas and reasons."""
