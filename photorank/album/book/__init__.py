"""Photo book of an album: page breaks, page layouts, and the plan as JSON."""
