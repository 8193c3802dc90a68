"""Checks of the machine: versions, processor, disk, photo decoder and face detection."""

import os
import platform
import shutil
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from photorank.errors import PhotorankError, counted
from photorank.index.maintenance.checks import Finding
from photorank.photos.faces.models import VERSION, face_detection_error, runtime

_MIN_FREE_BYTES = 1 << 30  # enough for an index of some thousand photos
# Processor features that double the speed of encoders, by Linux's names.
_FAST = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "bf16")


def examine_machine(workspace: Path) -> list[Finding]:
    """Results of checking the machine and the installed packages."""
    return [_python(), *_packages(), _processor(), _disk(workspace), _decoder(), _faces()]


def examine_pip(findings: Iterable[Finding]) -> list[Finding]:
    """List of one note if a check advised `pip install` though pip is missing; otherwise empty."""
    advised = any("pip install" in one.says + one.remedy for one in findings)
    if not advised or find_spec("pip") is not None:
        return []
    remedy = (
        "Where `pip install` is advised, install with what made this environment, such as "
        "`uv pip install`; in a container, build its image anew with those packages."
    )
    return [Finding("pip", "note", "not installed beside photorank", remedy)]


def _python() -> Finding:
    says = f"photorank {version('photorank')}, Python {platform.python_version()}, "
    return Finding("versions", "good", says + platform.platform(terse=True))


def _packages() -> Iterator[Finding]:
    """Findings about required packages that are missing or have an unsuitable version.

    If there are none, one finding lists the packages and their versions.
    """
    from packaging.requirements import Requirement

    needed = [Requirement(text) for text in requires("photorank") or ()]
    good, wrong = [], False
    for need in needed:
        if need.marker and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(need.name)
        except PackageNotFoundError:
            says = f"{need.name} is missing"
        else:
            if need.specifier.contains(found, prereleases=True):
                good.append(f"{need.name} {found}")
                continue
            says = f"{need.name} is {found}, and {need.specifier} is needed"
        wrong = True
        yield Finding("packages", "wrong", says, f'Run `pip install "{need}"`.')
    if not wrong:
        yield Finding("packages", "good", ", ".join(good))


def _processor() -> Finding:
    features = _features()
    fast = [name for name in _FAST if name in features]
    cores = counted(os.cpu_count() or 1, "core")
    says = f"{platform.machine()}, {cores}, {', '.join(fast) or 'features unknown'}"
    if features and platform.machine() == "x86_64" and "avx2" not in features:
        return Finding(
            "processor", "note", says + ", no AVX2", "Indexing is slow here; try another machine."
        )
    return Finding("processor", "good", says)


def _features() -> set[str]:
    if sys.platform != "linux":
        return set()
    text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    lines = [line for line in text.splitlines() if line.startswith(("flags", "Features"))]
    return set(lines[0].partition(":")[2].split()) if lines else set()


def _disk(workspace: Path) -> Finding:
    folder = workspace
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB are free for {workspace}"
    if not os.access(folder, os.W_OK):
        return Finding(
            "disk", "note", f"{folder} is read-only", "Set PHOTORANK_HOME to index anything."
        )
    if free < _MIN_FREE_BYTES:
        return Finding("disk", "note", says, "Make room, or set PHOTORANK_HOME to another disk.")
    return Finding("disk", "good", says)


def _decoder() -> Finding:
    """Result of checking whether a photo can be decoded in a separate process."""
    from photorank.doctor.golden import golden_photo
    from photorank.photos.decode_pool import decode_isolated

    try:
        size = decode_isolated(golden_photo()).photo.size
    except PhotorankError as error:
        remedy = "Install photorank anew: `pip install --force-reinstall photorank`."
        return Finding("decoder", "wrong", str(error), remedy)
    return Finding("decoder", "good", f"a photo of {size[0]} x {size[1]} was decoded")


def _faces() -> Finding:
    """Result of checking whether face detection is installed and runs."""
    from photorank.doctor.golden import golden_photo
    from photorank.photos.decode_pool import faces_isolated

    if missing := face_detection_error():
        return Finding("faces", "note", "not installed", str(missing))
    try:
        faces_isolated(golden_photo())
    except PhotorankError as error:
        return Finding("faces", "wrong", str(error), "Do what it says, then look again.")
    return Finding("faces", "good", f"models of version {VERSION} run by {runtime()}")
