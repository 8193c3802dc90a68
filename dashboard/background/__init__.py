"""Work outside of the Streamlit pages: long jobs, listing of folders, and uploads."""
