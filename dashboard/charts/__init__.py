"""Altair charts of the pages, made from tables; no Streamlit."""
