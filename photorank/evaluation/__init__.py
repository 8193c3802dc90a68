"""Evaluation: the discerning power of master-vectors and learners on held-out judgements."""
