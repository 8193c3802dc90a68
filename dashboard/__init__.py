"""Streamlit dashboard that shows results computed by the package photorank."""
