"""The dashboard's JavaScript component: a grid of photos, a viewer, and two photos side by side."""
