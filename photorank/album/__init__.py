"""Albums: K of N photos chosen for high ratings and variety, within quotas, each with a reason."""
