"""Altair charts of all pages, made from tables, without Streamlit."""
