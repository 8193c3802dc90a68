"""Evaluation: accuracy of rating vectors and learners on people's held-out judgements."""
