"""Diagnosis of this machine, an encoder or an index, with remedies."""
