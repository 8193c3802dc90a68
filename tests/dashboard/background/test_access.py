import pytest

from dashboard.background.access import is_local

HERE = {"Host": "localhost:8501"}


@pytest.mark.parametrize(
    ("listens", "visitor", "host"),
    [
        ("127.0.0.1", None, "localhost:8501"),
        ("localhost", None, "127.0.0.1:8501"),
        ("::1", "::1", "[::1]:8501"),
        ("127.0.0.1", "127.0.0.5", "localhost"),
    ],
)
def test_a_visitor_at_this_computer_is_known(listens, visitor, host):
    """A visitor is local if the server listens locally and the request names this computer."""
    assert is_local(listens, visitor, {"Host": host})


@pytest.mark.parametrize(
    ("listens", "visitor", "headers"),
    [
        ("0.0.0.0", None, HERE),  # noqa: S104
        ("", None, HERE),
        ("::", None, HERE),
        ("192.168.1.7", None, HERE),
        ("127.0.0.1", "192.168.1.9", HERE),
        ("127.0.0.1", "2001:db8::1", HERE),
        ("127.0.0.1", None, {}),
        ("127.0.0.1", None, {"Host": "album.example"}),
        ("127.0.0.1", None, {"Host": "localhost.evil.example"}),
        ("127.0.0.1", None, {"Host": "192.168.1.7"}),
        ("127.0.0.1", None, {"Host": "<script>"}),
        ("127.0.0.1", None, HERE | {"X-Forwarded-For": "192.168.1.9"}),
        ("127.0.0.1", None, HERE | {"Forwarded": "for=192.168.1.9"}),
    ],
)
def test_nobody_else_is(listens, visitor, headers):
    """Visitors through a proxy, another host name or an open network are not local."""
    assert not is_local(listens, visitor, headers)
