"""The public Python interface: an index as pandas tables and arrays."""
