"""Work outside of Streamlit's page runs: long jobs, listing folders, and receiving uploads."""
