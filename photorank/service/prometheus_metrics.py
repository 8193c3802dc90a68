"""Metrics of the service for Prometheus."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from photorank.service.limits_and_refusals import RequestCapacity

MEDIA_TYPE = CONTENT_TYPE_LATEST
_BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class ServiceMetrics:
    """Prometheus metrics of one service: counters, gauges and histograms."""

    def __init__(self, room: RequestCapacity) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "photorank_requests",
            "Requests answered, by address and status.",
            ["path", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "photorank_request_seconds",
            "Seconds from a request's first byte to its answer.",
            ["path"],
            registry=self._registry,
        )
        self._photos = Counter(
            "photorank_photos",
            "Uploaded photos, rated or unusable.",
            ["outcome"],
            registry=self._registry,
        )
        self._batches = Histogram(
            "photorank_encoder_batch_photos",
            "Photos that were embedded together.",
            buckets=_BATCH_SIZES,
            registry=self._registry,
        )
        for name, what, value in (
            ("requests", "Requests at work.", lambda: room.requests),
            ("body_bytes", "Bytes of bodies that are held.", lambda: room.bytes),
        ):
            Gauge(f"photorank_{name}_at_work", what, registry=self._registry).set_function(value)

    def count_response(self, path: str, status: int, seconds: float) -> None:
        """Count a response by path and status, and record its time in seconds."""
        self._requests.labels(path, status).inc()
        self._seconds.labels(path).observe(seconds)

    def count_photos(self, good: int, bad: int) -> None:
        """Count rated and unusable photos."""
        self._photos.labels("rated").inc(good)
        self._photos.labels("unusable").inc(bad)

    def record_batch(self, photos: int) -> None:
        """Record the number of photos in an embedded batch."""
        self._batches.observe(photos)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)
