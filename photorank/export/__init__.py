"""What leaves photorank: copies, tables, sidecars. No photo is moved, altered or deleted."""
