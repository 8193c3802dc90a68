"""People's judgements: the tables they come in and the comparison graph they make."""
