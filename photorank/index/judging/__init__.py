"""Recording of people's judgements in an index: imports and clicks."""
