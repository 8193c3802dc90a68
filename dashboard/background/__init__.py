"""Work that goes on without a page: long commands, and what they are given to work on."""
