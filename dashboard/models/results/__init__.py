"""View-models of evaluations: results of vectors as texts and tables."""
