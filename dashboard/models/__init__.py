"""What pages show, worked out in plain Python; no Streamlit."""
