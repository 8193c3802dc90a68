"""HTTP service that rates and compares uploaded photos, and chooses albums."""
