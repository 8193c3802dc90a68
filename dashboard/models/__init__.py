"""View-models: the texts and tables that the pages show, in plain Python without Streamlit."""
