"""People's judgements as files bring them: tables, known datasets, photo libraries, likes."""
