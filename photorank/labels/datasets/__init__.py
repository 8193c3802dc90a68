"""Known public datasets: manifests, and reading the label files they describe."""
