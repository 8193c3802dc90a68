"""Public datasets: TOML manifests, and reading of the label files they describe."""
