"""Limits on size, time and number of client requests, and refusals of excessive requests."""

from dataclasses import dataclass

from photorank.errors import counted
from photorank.photos.decode_limits import DecodeLimits

# For one upload, of which many are decoded at once: less than for a file of one's own.
DECODING = DecodeLimits(work_seconds=20, wait_seconds=60.0, memory_bytes=2 << 30)


@dataclass(frozen=True)
class Limits:
    """Limits on a request's photos, size and time, and on the number of concurrent requests."""

    photos: int = 100  # in one request
    megabytes: int = 200  # of one request's body
    seconds: float = 60.0  # that a request may take, its upload included
    idle_seconds: float = 10.0  # without a byte of a request that has begun
    linger_seconds: float = 5.0  # for which a refused body is still read
    requests: int = 256  # at work or waiting
    waiting_megabytes: int = 1024  # of all bodies that are held

    @property
    def body_bytes(self) -> int:
        """Maximum size in bytes of one request's body."""
        return self.megabytes << 20

    def refuse_if_too_large(self, body_bytes: int) -> None:
        """Raise Refusal (HTTP 413) if a request's body has too many bytes."""
        if body_bytes > self.body_bytes:
            raise Refusal(
                413,
                f"the request has more than {self.megabytes} MB",
                "Send fewer photos, or smaller ones: a long side of 1,024 pixels is enough.",
            )


class Refusal(Exception):  # noqa: N818 - an answer, as HTTP has it, and no fault
    """Exception that refuses a request: HTTP status, reason and advice."""

    def __init__(
        self, status: int, reason: str, then: str, *, retry_seconds: int | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.then = then
        self.retry_seconds = retry_seconds


def too_many(limits: Limits) -> Refusal:
    """Refusal (HTTP 413) of a request with too many photos."""
    most = counted(limits.photos, "photo")
    return Refusal(
        413,
        f"the request has more than {most}",
        f"Send at most {most} in a request; `photorank score` rates any number.",
    )


def too_busy() -> Refusal:
    """Refusal (HTTP 429) of a request because too many other requests are in progress."""
    return Refusal(
        429, "too many requests are at work", "Send it again in a moment.", retry_seconds=2
    )


def too_slow(limits: Limits) -> Refusal:
    """Refusal (HTTP 408) of a request whose body arrives too slowly."""
    return Refusal(
        408,
        f"the request did not arrive: {limits.idle_seconds:g} s without a byte, or "
        f"{limits.seconds:g} s in all",
        "Send it again, with fewer photos if the connection is slow.",
    )


def out_of_time(limits: Limits) -> Refusal:
    """Refusal (HTTP 503) of a request that was not answered within the time limit."""
    return Refusal(
        503,
        f"the request was not done within {limits.seconds:g} s",
        "Send it again, with fewer photos.",
        retry_seconds=5,
    )


class RequestCapacity:
    """Counter of concurrent requests, and of the bytes reserved for their bodies."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.requests = 0
        self.bytes = 0

    def enter(self) -> None:
        """Count a new request; raise Refusal (HTTP 429) if too many are in progress."""
        if self.requests >= self._limits.requests:
            raise too_busy()
        self.requests += 1

    def take(self, count: int) -> None:
        """Reserve bytes for a request's body; raise Refusal (HTTP 429) if too few are free."""
        if self.bytes + count > self._limits.waiting_megabytes << 20:
            raise too_busy()
        self.bytes += count

    def leave(self, count: int) -> None:
        """Take a finished request off the count, and release the bytes reserved for its body."""
        self.requests -= 1
        self.bytes -= count
