"""People's judgements brought into an index: imports and clicks."""
