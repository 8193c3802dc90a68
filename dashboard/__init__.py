"""The dashboard: pages ask, photorank answers."""
