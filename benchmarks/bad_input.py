"""Experiments with bad input: indexing broken files, and decoding files that crash decoders.

python benchmarks/bad_input.py --seeds 10 --faults 5

What happened is written to benchmarks/results/reliability/, for `reliability.py`.
"""

import argparse
import hashlib
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from photorank.errors import UnreadablePhotoError  # noqa: E402 - the tests are not installed
from photorank.index.building.build import build_index  # noqa: E402
from photorank.index.building.request import BuildRequest  # noqa: E402
from photorank.photos import decode_pool  # noqa: E402
from photorank.photos.decode_limits import DecodeLimits  # noqa: E402
from photorank.workspace import Workspace  # noqa: E402
from tests.photos.corpus import Outcome, digest_of, saved, scene, write_corpus  # noqa: E402

GOOD = 50  # photos beside the others
FAULTS = ("crash", "abort", "exit", "killed", "work", "eat", "wait")


def main() -> None:
    """Run the experiments with broken files and with crashing decoders, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--faults", type=int, default=5)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks/results/reliability")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    how = f"`python benchmarks/bad_input.py --seeds {options.seeds} --faults {options.faults}`"
    found = [corpus(options.seeds) | {"how": how}, faults(options.faults) | {"how": how}]
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (options.results / "bad-input.json").write_text(text, encoding="utf-8")
    print(text)


def corpus(seeds: int) -> dict[str, str]:
    """Report on how indexing handles broken files that are generated for each random seed."""
    files = read = wrong = altered = repeated = 0
    slowest = 0.0
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name, "photos")
            (folder / "good").mkdir(parents=True)
            for number in range(GOOD):
                photo = scene(10_000 + 100 * seed + number)
                (folder / "good" / f"{number}.jpg").write_bytes(saved(photo, "JPEG"))
            expected = write_corpus(folder / "bad", seed)
            before = digest_of(folder, _sha256)
            start = time.monotonic()
            reports = [
                build_index(
                    Workspace(Path(name)).index("bad"),
                    BuildRequest([folder], encoder_spec="embedded"),
                )
                for _ in range(2)
            ]
            slowest = max(slowest, time.monotonic() - start)
            altered += digest_of(folder, _sha256) != before
            repeated += reports[1].added
            refused = {os.fsencode(file.path): file.reason for file in reports[0].skipped}
            wrong += sum(not reason.strip() for reason in refused.values())
            wrong += sum(b"/good/" in path for path in refused)
            for path, outcome in expected.items():
                files += 1
                read += path not in refused
                if outcome is not Outcome.EITHER:
                    wrong += (path in refused) != (outcome is Outcome.REFUSED)
            # Pictures that are the same under two names are one photo.
            wrong += not GOOD <= reports[0].added <= GOOD + len(expected) - len(refused)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "part": "Bad input",
        "what": "indexing truncated, flipped, zeroed, misnamed and strangely named files, bombs, "
        "every kind of pixels, folders, pipes and links that look like photos, "
        f"among {GOOD} good photos",
        "times": f"{files:,} files of {seeds} seeds",
        "happened": f"{read:,} read, {files - read:,} skipped with a reason, {wrong} of them "
        f"against expectation; {altered} trees altered, {repeated} photos embedded twice; at most "
        f"{slowest:.0f} s for two runs and {memory:,.0f} MB",
    }


def faults(times: int) -> dict[str, str]:
    """Report on files that crash, stall or overload the decoder, and on a good file after each."""
    decode_pool._end_all()
    sys.path.insert(0, str(ROOT / "tests" / "photos" / "hostile"))
    decode_pool.LIMITS = DecodeLimits(1, 3.0, 512 << 20)
    good, refused, after, slowest = saved(scene(), "PNG"), 0, 0, 0.0
    for _ in range(times):
        for fault in FAULTS:
            start = time.monotonic()
            try:
                decode_pool.decode_isolated(b"\0\0\0\x18ftypheic" + bytes(12) + fault.encode())
            except UnreadablePhotoError:
                refused += 1
            slowest = max(slowest, time.monotonic() - start)
            after += decode_pool.decode_isolated(good).photo.size == scene().size
    total = times * len(FAULTS)
    return {
        "part": "Bad input",
        "what": "a decoder that crashes, aborts, exits, is killed, computes for ever, waits for "
        "ever or takes all memory (limits of 1 s, 3 s and 512 MB)",
        "times": f"{total} files",
        "happened": f"{refused} refused with the reason, after at most {slowest:.1f} s; "
        f"{after} of {total} good photos after them read",
    }


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
