"""Charts of the pages: tables in, Altair charts out; no Streamlit."""
