"""What may be wrong with this machine, an encoder or an index, and what to do about it."""
