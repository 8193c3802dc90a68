"""HTTP routes and middleware of the dashboard's server, besides Streamlit's pages."""
