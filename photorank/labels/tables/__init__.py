"""Tables of judgements: CSV files and workbooks, read with line numbers."""
