"""Diagnosis of the machine, encoders and indexes, with remedies."""
