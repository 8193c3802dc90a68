"""Technical signals of a photo: sharpness, noise, light, colour, compression, print quality."""
