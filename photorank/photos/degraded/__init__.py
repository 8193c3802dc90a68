"""Photos made worse on purpose: by how much is known, so that they teach and test."""
