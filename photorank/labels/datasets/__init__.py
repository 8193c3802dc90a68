"""Known public datasets: their manifests, and the label files that these describe."""
