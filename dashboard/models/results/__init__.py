"""View-models of evaluations: what vectors score on held-out photos, as texts and tables."""
