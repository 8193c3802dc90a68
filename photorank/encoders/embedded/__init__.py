"""The encoder that needs no download: its weights come in Python packages."""

from photorank.encoders.embedded.versions import EmbeddedEncoder, FirstEmbeddedEncoder

__all__ = ["EmbeddedEncoder", "FirstEmbeddedEncoder"]
