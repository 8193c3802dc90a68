"""Albums that are kept in the workspace: what one holds, where it is stored, its JSON."""
