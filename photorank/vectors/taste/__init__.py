"""One person's taste: a prior, a posterior, and which pair to ask about next."""
