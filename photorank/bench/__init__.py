"""Benchmarks: speed compared with references, accuracy by framing (crop, …), face detection."""
