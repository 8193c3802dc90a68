"""Choice of an album's photos by rating and variety, within quotas, with reasons in words."""
