"""Recording of people's judgements in an index, by import and by clicks."""
