import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def ask():
    """Return a function that asks a server for a path, and returns what it sends, by its type."""

    def answer(app, path="/", *, kind="http", method="GET", more=(), **headers):
        sent = {}
        lines = [*({"host": "localhost:8501"} | headers).items(), *more]
        scope = {
            "type": kind,
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in lines],
        }

        calls = [{"type": "http.request" if kind == "http" else "websocket.connect"}]

        async def receive():
            if not calls:
                await asyncio.Event().wait()  # who asked waits for the answer
            return calls.pop()

        async def send(message):
            before = sent.setdefault(message["type"], message)
            if before is not message and "body" in message:
                before["body"] += message["body"]

        def run():
            asyncio.run(app(scope, receive, send))

        with ThreadPoolExecutor(1) as thread:  # a browser's test may keep a loop in this one
            thread.submit(run).result()
        return sent

    return answer
