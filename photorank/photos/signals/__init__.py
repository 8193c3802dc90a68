"""Technical measurements of a photo (signals): sharpness, noise, light, colour, print quality."""
