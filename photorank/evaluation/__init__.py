"""Evaluation: accuracy of master-vectors and learners on held-out judgements."""
