"""Benchmarks: speed beside references measured in the same run, framings, and face detection."""
