"""Parts of pages that are drawn on more than one page; each owns the keys of its widgets."""
