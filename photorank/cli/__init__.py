"""Command-line interface: commands parse their options, call the library and print results."""
