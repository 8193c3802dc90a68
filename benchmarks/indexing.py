"""Speed of indexing, compared with open_clip in a DataLoader and with clip-retrieval.

    python benchmarks/indexing.py --clip-retrieval ENVIRONMENT/bin/clip-retrieval

clip-retrieval needs an environment of its own: `pip install "setuptools<80" clip-retrieval`.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

from photorank.bench.indexing_speed import measure_indexing
from photorank.bench.synthetic_photos import MODEL, write_model, write_photos
from photorank.encoders.choose_runtime import checked_runtime


def main() -> None:
    """Print the indexing speed with each inference runtime, one line per runtime."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runtimes", nargs="*", default=["torch", "openvino", "openvino-int8"])
    parser.add_argument("--clip-retrieval", type=Path, help="its command")
    options = parser.parse_args()

    print(f"{options.photos} JPEGs of 12 megapixels, ViT-B/32 with random weights")
    print(
        "photos/s  ours  loop  ratio | decode  encode  overlap  of it | cosine  Spearman | runtime"
    )
    for runtime in options.runtimes:
        one = measure_indexing(options.photos, checked_runtime(runtime), rounds=options.rounds)
        print(
            f"{one.ours:14.1f} {one.reference:5.1f} {one.ratio:6.2f} | {one.decode_only:6.1f} "
            f"{one.encode_only:7.1f} {one.perfect_overlap:8.1f} {100 * one.of_ceiling:4.0f} % | "
            f"{one.least_cosine:.4f}    {one.least_spearman:.4f} | {one.runtime}",
            flush=True,
        )
        if options.clip_retrieval:  # at once, for another time is another machine
            theirs = clip_retrieval(options.clip_retrieval, options.photos)
            print(f"{'':14} {theirs:5.1f} {one.ours / theirs:6.2f} | clip-retrieval", flush=True)


def clip_retrieval(command: Path, photos: int) -> float:
    """Photos per second that clip-retrieval reports, without its start-up time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_photos(folder / "photos", photos)
        write_model(folder / "weights.safetensors")
        subprocess.run(  # noqa: S603
            [
                *(command, "inference", "--input_dataset", "photos", "--output_folder", "out"),
                *("--clip_model", f"open_clip:{MODEL}/weights.safetensors"),
                *("--enable_text", "False", "--enable_image", "True", "--enable_wandb", "False"),
                *("--num_prepro_workers", str(os.cpu_count()), "--batch_size", "32"),
            ],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        stats = json.loads((folder / "out" / "stats" / "0.json").read_text())
        return float(stats["sample_count"] / stats["total_duration"])


if __name__ == "__main__":
    main()
