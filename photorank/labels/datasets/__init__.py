"""Known public datasets: TOML manifests, and reading of the label files they describe."""
