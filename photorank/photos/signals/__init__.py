"""Technical signals: what can be measured of a photo without knowing what is in it."""
