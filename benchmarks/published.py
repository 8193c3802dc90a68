"""Reproduction of published photo aesthetics and quality results; needs datasets and internet.

python benchmarks/published.py ~/datasets --to benchmarks/results

`~/datasets` has a folder for each dataset under the name of its manifest (`ava`, `koniq-10k`,
`para`, `spaq` …), as `photorank datasets show NAME` tells; those that are not there are passed
over. Each is indexed with each encoder, LAION's heads are downloaded and imported where they fit,
and `photorank leaderboard` compares all of them on the authors' own split, or on folds of photos.
With `--dry-run` the commands are printed and not run. What they should come to stands in
docs/leaderboard.md.
"""

import argparse
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

DATASETS = ("ava", "koniq-10k", "para", "spaq", "eva", "tad66k")
ENCODERS = {
    "vit-l-14": "open_clip:ViT-L-14-quickgelu/openai",
    "siglip-so400m": "open_clip:ViT-SO400M-14-SigLIP-384/webli",
    "embedded": "embedded",
}
# Heads that are one vector, by encoder: the name that the vector gets, and where the file is.
_LAION = "https://github.com/LAION-AI/aesthetic-predictor/raw/main"
HEADS = {"vit-l-14": {"laion-v1": f"{_LAION}/sa_0_4_vit_l_14_linear.pth"}}
OWN_SPLIT = ("ava", "koniq-10k")  # manifests whose layout tells the authors' split
PROMPT = ("good", "Good photo.", "--not", "Bad photo.")  # CLIP-IQA's antonyms


def commands(root: Path, to: Path) -> Iterator[list[str]]:
    """Commands to run for each dataset that is on this computer."""
    for dataset in DATASETS:
        folder = root / dataset
        if not folder.is_dir():
            continue
        names = {encoder: f"{dataset}-{encoder}" for encoder in ENCODERS}
        for encoder, spec in ENCODERS.items():
            made = ["index", str(folder), "--name", names[encoder], "--dataset", dataset]
            yield [*made, "--encoder", spec]
            for head, address in HEADS.get(encoder, {}).items():
                file = to / "heads" / address.rpartition("/")[2]
                yield ["download", address, str(file)]
                yield ["vector", "import", head, str(file), "--index", names[encoder]]
            if encoder != "embedded":
                yield ["vector", "prompt", *PROMPT, "--index", names[encoder]]
        report = to / f"published-{dataset}"
        yield [
            "leaderboard",
            *(word for name in names.values() for word in ("--index", name)),
            *("--fold-by", "split" if dataset in OWN_SPLIT else "photo"),
            *(word for form in ("html", "md", "json") for word in ("--to", f"{report}.{form}")),
            "--force",
        ]


def main() -> int:
    """Run all commands of the benchmark, even if some fail; return 1 if any failed, else 0."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("root", type=Path, help="folder of the datasets' folders")
    parser.add_argument("--to", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--dry-run", action="store_true", help="print the commands alone")
    asked = parser.parse_args()
    failed = 0
    for words in commands(asked.root.expanduser(), asked.to):
        print(shlex.join(words if words[0] == "download" else ["photorank", *words]))
        if asked.dry_run:
            continue
        if words[0] == "download":
            target = Path(words[2])
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                urllib.request.urlretrieve(words[1], target)  # noqa: S310 - addresses of this file
            continue
        failed += subprocess.run(["photorank", *words], check=False).returncode != 0  # noqa: S603, S607
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
