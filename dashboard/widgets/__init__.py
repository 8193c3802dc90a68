"""Widgets shared by the pages; each module owns the Streamlit keys of its widgets."""
