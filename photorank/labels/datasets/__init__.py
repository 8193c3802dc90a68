"""Public datasets of judged photos: TOML manifests, and the label files they describe."""
