"""Albums: choice of K out of N photos for high ratings and variety, with quotas and reasons."""
