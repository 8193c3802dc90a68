"""View-models: texts and tables of the pages, in plain Python without Streamlit."""
