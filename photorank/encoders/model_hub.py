"""Downloads from the Hugging Face hub, through its cache.

They fail within seconds when the machine is offline.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Thread

from photorank.errors import EncoderError, MissingWeightsError, first_line

# The hub's own client goes on trying for 23 to 46 seconds where there is no network.
_HUB_TIMEOUT_SECONDS = 5


def fetch(spec: str, repository: str, names: Sequence[str]) -> Path:
    """Path of the first available file of `names` in a hub repository, cached or downloaded.

    Raises MissingWeightsError if none is cached and the hub cannot be reached or has none.
    """
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import (
        EntryNotFoundError,
        HFValidationError,
        LocalEntryNotFoundError,
    )

    try:
        for name in names:
            if isinstance(cached := try_to_load_from_cache(repository, name), str):
                return Path(cached)
    except HFValidationError as error:
        raise EncoderError(
            f"{repository!r} is no repository ORG/NAME of the model hub: write "
            "open_clip:hf-hub:ORG/NAME."
        ) from error
    reach_hub(spec)
    for name in names:
        try:
            # No revision is pinned: which weights came is told by their digest in the fingerprint.
            return Path(hf_hub_download(repository, name))  # nosec B615
        except LocalEntryNotFoundError as error:
            raise MissingWeightsError(spec, first_line(error)) from error
        except EntryNotFoundError:
            continue
        except Exception as error:  # the client, its transport and the disk each have their own
            raise MissingWeightsError(spec, first_line(error)) from error
    raise MissingWeightsError(spec, f"{repository} on the model hub has no {' or '.join(names)}")


def reach_hub(spec: str) -> None:
    """Raise MissingWeightsError if the model hub does not answer within a few seconds.

    The request runs in a thread, because looking up a host's name can outlast any timeout.
    """
    from huggingface_hub import constants, get_session

    failures = [f"no answer within {_HUB_TIMEOUT_SECONDS} seconds"]

    def ask() -> None:
        try:
            get_session().head(constants.ENDPOINT, timeout=_HUB_TIMEOUT_SECONDS)
        except Exception as error:  # whatever it is, it is the answer
            failures[:] = [first_line(error)]
        else:
            failures.clear()

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_HUB_TIMEOUT_SECONDS)
    if failures:
        raise MissingWeightsError(spec, f"the model hub is out of reach ({failures[0]})")
