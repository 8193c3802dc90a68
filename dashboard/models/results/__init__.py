"""View-models of evaluations: results of rating vectors as texts and tables."""
