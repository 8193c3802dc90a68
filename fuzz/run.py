"""Coverage-guided fuzzing of one file reader for some minutes, with recorded results.

    pip install atheris
    python fuzz/run.py image --minutes 30

An input that crashes or hangs a reader is kept in fuzz/found/TARGET/, and the search goes on.
"""

import argparse
import importlib.metadata
import json
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

NAMES = ("image", "metadata", "manifest", "csv", "xmp", "card")
SECONDS_AN_INPUT = 20
MEGABYTES = 2048


def main() -> None:
    """Run one fuzz target in a separate process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks/results/reliability")
    parser.add_argument("--inside", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside is not None:
        fuzz(options.target, options.inside)
    else:
        supervise(options.target, 60 * options.minutes, options.results)


def fuzz(name: str, arguments: list[str]) -> None:
    """Fuzz one reader until an input crashes it or the time is over."""
    import atheris

    with atheris.instrument_imports(include=["photorank", "PIL", "tomllib", "json.decoder"]):
        from fuzz.targets import TARGETS, hasten

    hasten()
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name], enable_python_coverage=True)
    atheris.Fuzz()


def supervise(name: str, seconds: float, results: Path) -> None:
    """Fuzz one target until the time is over, restart after crashes; write the crash count."""
    from fuzz.targets import TARGETS

    corpus, found = (ROOT / "fuzz" / kind / name for kind in ("corpus", "found"))
    for folder in (corpus, found, results):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    start, inputs, crashes, runs = time.monotonic(), 0, 0, 0
    while (left := seconds - (time.monotonic() - start)) > 1:
        limits = (f"-max_total_time={int(left)}", f"-timeout={SECONDS_AN_INPUT}")
        limits += (f"-rss_limit_mb={MEGABYTES}", "-max_len=65536", "-print_final_stats=1")
        command = [sys.executable, __file__, name, "--inside", *limits]
        command += [f"-artifact_prefix={found}/", str(corpus)]
        ended = subprocess.run(command, stderr=subprocess.PIPE, errors="replace")  # noqa: S603
        tried = re.findall(r"number_of_executed_units: (\d+)", ended.stderr)
        inputs += int(tried[-1]) if tried else 0
        runs += 1
        if ended.returncode:
            crashes += 1
            sys.stderr.write(ended.stderr[-4000:])
            if not tried and time.monotonic() - start < 60 * runs / 10:
                raise SystemExit("it ends before it begins")
        sys.stderr.write(f"{name}: {inputs:,} inputs, {crashes} crashes\n")
    record = {
        "part": "Fuzzing",
        "what": f"fuzzing `{name}` ({SECONDS_AN_INPUT} s, {MEGABYTES} MB an input)",
        "times": f"{inputs:,} inputs in {(time.monotonic() - start) / 60:.0f} minutes",
        "happened": f"{crashes} crashes or hangs" if crashes else "no crash, no hang",
        "how": f"`python fuzz/run.py {name}`, atheris {importlib.metadata.version('atheris')}",
    }
    (results / f"fuzz-{name}.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
