"""Attacks on a running dashboard: URLs, uploads, WebSocket messages and slow connections.

    python benchmarks/attack.py

A server of its own shows a small index; around it lie files that nobody may see. After every kind
of attack a visitor comes and must be served. What happened is written to
benchmarks/results/reliability/attack.json; an attack that succeeds ends the run with 1.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from attack_by_http import MARK, Attempts, climb, upload  # noqa: E402
from load import draw_thumbnails, resident  # noqa: E402
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: E402
from synthetic import write_synthetic  # noqa: E402
from visitors import Visitor, server  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402
from websockets.exceptions import WebSocketException  # noqa: E402

from photorank.workspace import Workspace  # noqa: E402

PHOTOS = 60
SLOW = 400  # connections that send a byte now and then
FRAMES = 600  # messages that are none
ALLOWED_MB = 900  # more than an idle server, less than one that keeps what it refuses


def main() -> None:
    """Run all attacks on the dashboard server and write the results to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks/results/reliability")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = Workspace(Path(folder) / "home")
        for part in ("index", "datasets"):
            (home.root / part).mkdir(parents=True)
        index = write_synthetic(home.index("small"), PHOTOS, d=32, labels=PHOTOS)
        draw_thumbnails(index)
        secrets = [Path(folder) / "secret.txt", home.root / "secret.txt", index.paths.root / "s"]
        for secret in secrets:
            secret.write_bytes(MARK)
        with server(home.root) as (port, process):
            found = asyncio.run(attack(port, process, secrets, random.Random(options.seed)))  # noqa: S311
    options.results.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1)
    print(text)
    (options.results / "attack.json").write_text(text + "\n", encoding="utf-8")
    if any(row["succeeded"] for row in found):
        raise SystemExit(1)


async def attack(
    port: int, process: int, secrets: list[Path], dice: random.Random
) -> list[dict[str, object]]:
    """Results of each attack, as table rows; a normal visit follows each attack."""
    rows = []
    for what, way in (
        ("requests that climb out of every address the server has", climb(port, secrets)),
        ("uploads without a token, a session or an end, and larger than is allowed", upload(port)),
        ("addresses of pages that ask for what cannot be", ask(port)),
        (
            "frames that are no messages, cut messages, and messages nobody would send",
            frames(port, dice),
        ),
        (f"{SLOW} connections that send a byte a second and never end a request", dawdle(port)),
    ):
        begun, seen = time.monotonic(), Counter[str]()
        succeeded: list[str] = []
        async for answer, broken in way:
            seen[answer] += 1
            succeeded += [broken] if broken else []
        visitor = Visitor(port)
        came = await visitor.come()
        await visitor.leave()
        succeeded += [f"the next visitor saw {error}" for error in came.errors]
        memory = resident(process)
        if memory > ALLOWED_MB:
            succeeded.append(f"the server holds {memory:.0f} MB")
        answers = ", ".join(f"{count:,} {answer}" for answer, count in seen.most_common())
        rows.append(
            {
                "part": "Attackers",
                "what": what,
                "times": f"{seen.total():,}",
                "happened": f"{len(succeeded)} succeeded; {answers}; the next visitor is served in "
                f"{came.seconds:.1f} s, the server holds {memory:.0f} MB",
                "how": "`python benchmarks/attack.py`",
                "seconds": round(time.monotonic() - begun, 1),
                "succeeded": succeeded,
            }
        )
    return rows


async def ask(port: int) -> Attempts:
    """Outcomes of opening every page with invalid or malicious URL parameters."""
    person = Visitor(port)
    await person.come()
    values = (
        *(
            "../../../etc/passwd",
            "<script>alert(1)</script>",
            "%00",
            "\ud800",
            "-1",
            "1e309",
            "nan",
        ),
        *("9" * 5000, "'; DROP TABLE photos; --", "{{7*7}}", "\n\r\t", "null", "0" * 12, "\u202e"),
    )
    keys = (
        *("index", "in", "vector", "along", "photo", "first", "second", "like", "better", "q"),
        *("group", "area", "places", "balance", "rater", "k", "show", "color", "page"),
    )
    for title in person.pages:
        for value in values:
            query = "&".join(f"{key}={quote(value, errors='replace')}" for key in keys)
            page = await person.open(title, query)
            shown = [
                one for one in (*page.texts, *page.errors) if "root:x:" in one or "Traceback" in one
            ]
            broken = [f"{title}?{query[:80]}: {one}" for one in (*page.errors, *shown)]
            yield "with the page", "; ".join(broken)
        page = await person.open(title, "&".join(f"p{n}={n}" for n in range(3000)))
        yield "with the page", "; ".join(page.errors)
    await person.leave()


async def frames(port: int, dice: random.Random) -> Attempts:
    """Outcomes of sending damaged or forged WebSocket messages."""
    good = BackMsg()
    good.rerun_script.query_string = "vector=planted"
    good.rerun_script.widget_states.widgets.add().id = "nothing"
    whole = good.SerializeToString()
    for number in range(FRAMES):
        kind = ("random", "cut", "flipped", "text", "long", "forged")[number % 6]
        data: bytes | str = dice.randbytes(dice.randrange(1, 2000))
        if kind == "cut":
            data = whole[: dice.randrange(len(whole))]
        elif kind == "flipped":
            flipped = bytearray(whole)
            flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
            data = bytes(flipped)
        elif kind == "text":
            data = "\0" * dice.randrange(2000)
        elif kind == "long":
            data = bytes(4 << 20)
        elif kind == "forged":
            forged = BackMsg()
            forged.rerun_script.page_script_hash = "../../etc/passwd"
            forged.rerun_script.page_name = "../../../etc/passwd"
            forged.rerun_script.fragment_id = "<script>"
            data = forged.SerializeToString()
        yield await send_message(port, data), ""


async def send_message(port: int, data: bytes | str) -> str:
    """Answer to a WebSocket message: "closed" if the server closed the connection.

    Otherwise return "heard out".
    """
    try:
        async with connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            proxy=None,
        ) as line:
            await line.send(data)
            with suppress(TimeoutError):
                await asyncio.wait_for(line.recv(), 0.05)
            return "heard out"
    except (OSError, WebSocketException):
        return "closed"


async def dawdle(port: int) -> Attempts:
    """Outcomes of unfinished requests held open while a normal visitor loads a page."""
    lines = []
    for _ in range(SLOW):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
        lines.append(writer)
    for _ in range(5):
        await asyncio.sleep(1)
        for writer in lines:
            writer.write(b"x")
    person = Visitor(port)
    page = await person.come()
    await person.leave()
    late = f"beside them a visitor waits {page.seconds:.1f} s" * (page.seconds > 5)
    for writer in lines:
        writer.close()
        yield "held open", late
        late = ""


if __name__ == "__main__":
    main()
