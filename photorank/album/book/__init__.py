"""The book of an album: which photos share a page, where each lies, and the plan as JSON."""
