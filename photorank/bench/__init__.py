"""Benchmarks: speed against references of the same run, accuracy by framing, and face detection."""
