"""Streamlit dashboard: the pages show results that the package photorank computes."""
