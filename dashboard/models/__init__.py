"""View-models: the texts and tables of pages, in plain Python without Streamlit."""
