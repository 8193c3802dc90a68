"""People's judgements from files: tables, public datasets, photo libraries, likes."""
