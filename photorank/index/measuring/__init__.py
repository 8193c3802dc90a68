"""Technical signals (such as sharpness) and faces of an index's photos, measured once."""
