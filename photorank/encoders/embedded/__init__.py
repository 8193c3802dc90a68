"""Built-in encoder, with weights from Python packages instead of downloads."""

from photorank.encoders.embedded.versions import EmbeddedEncoder, FirstEmbeddedEncoder

__all__ = ["EmbeddedEncoder", "FirstEmbeddedEncoder"]
