"""Learners: judged photos in, one direction out."""
