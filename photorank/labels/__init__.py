"""People's judgements read from files: tables, known datasets, photo libraries, likes."""
