"""Master-vectors: what they are and the ways to make one."""
