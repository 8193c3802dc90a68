"""Work outside of page runs: long jobs, listing folders, and receiving uploads."""
