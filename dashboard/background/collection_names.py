"""Names of new photo indexes, made from folder names."""

import re
import unicodedata
from collections.abc import Collection

_MAX_NAME = 40  # letters of a name that is made


def name_for(folder: str, known: Collection[str]) -> str:
    """Valid and unused name for a new photo index, made from a folder's name.

    Examples
    --------
    >>> name_for("Été à Rome", []), name_for("Rome", ["rome"]), name_for("夏", [])
    ('ete-a-rome', 'rome-2', 'photos')
    """
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_NAME].strip("-") or "photos"
    taken, number, name = {one.lower() for one in known}, 2, stem
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
