"""Benchmarks of speed, of framings (crop, padding, …) and of face detection."""
