"""Benchmarks of speed, with references measured in the same run, and of framings and faces."""
