"""HTTP routes and middleware of the dashboard, besides Streamlit's own."""
