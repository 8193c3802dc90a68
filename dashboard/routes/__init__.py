"""HTTP routes and middleware of the dashboard's server, besides the Streamlit pages."""
