"""Checkpoints of open_clip: lookup and download of a model's weights by encoder name."""

import json
import zipfile
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from photorank.encoders.model_hub import fetch
from photorank.errors import DamagedWeightsError, EncoderError, MissingPathError, first_line
from photorank.typing import Json

_PREFIX = "open_clip:"
_HINT = (
    "Write open_clip:MODEL/PRETRAINED, open_clip:MODEL@FILE, open_clip:hf-hub:ORG/NAME or "
    "open_clip:local-dir:PATH."
)
_CONFIG_FILE = "open_clip_config.json"
# The order in which open_clip looks for weights in a folder.
_WEIGHT_FILES = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
)
_WEIGHT_SUFFIXES = (".safetensors", ".pt", ".pth", ".bin")


@dataclass(frozen=True)
class Checkpoint:
    """An open_clip model: local weights file, configuration, preprocessing and tokenizer."""

    spec: str  # as load_encoder understands it, paths made absolute
    model: str  # the architecture alone, for the fingerprint
    name: str  # what open_clip.create_model calls it
    weights: Path
    tokenizer: str  # what open_clip.get_tokenizer calls it
    config: Json  # embed_dim, vision_cfg, text_cfg
    preprocessing: Json  # mean, std, interpolation, resize_mode, fill_color
    given: bool  # the file is the user's own, so nothing vouches for it

    @property
    def size(self) -> int:
        """Side in pixels of the model's square input; raises EncoderError if it is not square."""
        size = self.config["vision_cfg"].get("image_size", 224)
        sides = set(size) if isinstance(size, list | tuple) else {size}
        if len(sides) != 1:
            raise EncoderError(f"{self.spec} wants frames of {size} pixels; only squares work.")
        return int(sides.pop())


def find_checkpoint(spec: str) -> Checkpoint:
    """Checkpoint (model and weights file) for an encoder name (spec), downloaded if missing.

    Raises EncoderError if model and weights do not exist or do not belong together,
    MissingPathError or MissingWeightsError if the weights cannot be had, and
    DamagedWeightsError if a local file holds no tensors or more than tensors.
    """
    what = spec.removeprefix(_PREFIX)
    if what.startswith("hf-hub:"):
        found = _from_hub(spec, what.removeprefix("hf-hub:"))
    elif what.startswith("local-dir:"):
        found = _from_folder(Path(what.removeprefix("local-dir:")))
    elif "@" in what:
        model, _, file = what.partition("@")
        found = _own_file(model, Path(file))
    else:
        model, _, tag = what.partition("/")
        found = _by_tag(spec, model, tag)
    tensor_shapes(found.weights)  # a damaged file is told now, not at the first photo
    return found


def tensor_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Dict from tensor name to shape for a checkpoint file; no code in the file is executed.

    Raises DamagedWeightsError if it is damaged, holds code or holds no tensors.
    """
    import torch
    from safetensors import SafetensorError, safe_open

    hint = "Use a safetensors file, or a state dict that torch.save wrote."
    try:
        if path.suffix == ".safetensors":
            with safe_open(path, framework="pt") as file:
                keys = list(file.keys())
                return {key: tuple(file.get_slice(key).get_shape()) for key in keys}
        # Mapped, not read: a look at a gigabyte costs nothing.
        state = torch.load(
            path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
        )
    except SafetensorError as error:
        raise DamagedWeightsError(path, first_line(error), hint=hint) from error
    except Exception as error:  # damaged pickles fail in every way there is
        why = "it is damaged, or holds code besides tensors, which is never run"
        raise DamagedWeightsError(path, why, hint=hint) from error
    if isinstance(state, dict):
        state = state.get("state_dict", state)
    if not isinstance(state, dict) or not all(isinstance(t, torch.Tensor) for t in state.values()):
        raise DamagedWeightsError(path, "it holds no state dict", hint=hint)
    return {key.removeprefix("module."): tuple(tensor.shape) for key, tensor in state.items()}


def _by_tag(spec: str, model: str, tag: str) -> Checkpoint:
    """Checkpoint with the weights that open_clip lists under a tag, such as ``openai``.

    They are downloaded if missing.
    """
    import open_clip

    config = _config(model)
    tags = open_clip.list_pretrained_tags_by_model(model)
    published = open_clip.get_pretrained_cfg(model, tag)
    if not published:
        others = open_clip.list_pretrained_models_by_tag(tag) if tag else []
        has = f"has the pretrained weights {', '.join(tags)}" if tags else "has none of its own"
        elsewhere = f" {tag!r} belongs to {', '.join(others)}." if others else ""
        asked = (
            f"{model!r} has no pretrained weights {tag!r}" if tag else f"{spec} names no weights"
        )
        raise EncoderError(f"{asked}: {model} {has}.{elsewhere} {_HINT}")
    if bool(config.get("quick_gelu")) != bool(published.get("quick_gelu")):
        plain = model.removesuffix("-quickgelu")
        twin = f"{plain}-quickgelu" if model == plain else plain
        use = (
            f"Use {_PREFIX}{twin}/{tag}."
            if open_clip.get_pretrained_cfg(twin, tag)
            else "open_clip has no model that fits them."
        )
        raise EncoderError(
            f"the weights {tag!r} were trained with another activation (QuickGELU or GELU) than "
            f"{model} computes, which would give silently wrong embeddings. {use}"
        )
    repository, _, file = published["hf_hub"].rpartition("/")
    weights = fetch(spec, repository, _weight_names(file))
    return Checkpoint(
        spec=spec,
        model=f"{_PREFIX}{model}",
        name=model,
        weights=weights,
        tokenizer=model,
        config=config,
        preprocessing=_preprocessing(published),
        given=False,
    )


def _own_file(model: str, file: Path) -> Checkpoint:
    """Checkpoint with the user's own weights file for one of open_clip's models.

    The file does not tell the preprocessing: that which all published weights of this model
    share is taken (SigLIP, MobileCLIP), else open_clip's default.
    """
    import open_clip

    config = _config(model)
    path = file.expanduser().absolute()
    if not path.is_file():
        moved = "where those of an index moved, `photorank index` is told by `--encoder`"
        raise MissingPathError(path, hint=f"Name a file of weights; {moved}. {_HINT}")
    if path.suffix not in _WEIGHT_SUFFIXES:
        raise EncoderError(
            f"{path} is no file of weights that can be read: it must end in "
            f"{', '.join(_WEIGHT_SUFFIXES)}."
        )
    published = [
        _preprocessing(open_clip.get_pretrained_cfg(model, tag))
        for tag in open_clip.list_pretrained_tags_by_model(model)
    ]
    agreed = bool(published) and all(values == published[0] for values in published)
    return Checkpoint(
        spec=f"{_PREFIX}{model}@{path}",
        model=f"{_PREFIX}{model}",
        name=model,
        weights=path,
        tokenizer=model,
        config=config,
        preprocessing=published[0] if agreed else _preprocessing({}),
        given=True,
    )


def _from_folder(folder: Path) -> Checkpoint:
    """Checkpoint from a folder that open_clip wrote, with configuration and weights."""
    folder = folder.expanduser().absolute()
    path = folder / _CONFIG_FILE
    if not path.is_file():
        raise MissingPathError(path, hint=f"Name a folder that open_clip saved. {_HINT}")
    try:
        text = path.read_text(encoding="utf-8")
        saved = json.loads(text)
        config = {key: saved["model_cfg"][key] for key in ("embed_dim", "vision_cfg", "text_cfg")}
    except (ValueError, KeyError, TypeError) as error:
        raise EncoderError(
            f"{path} is no configuration of open_clip: {first_line(error)}."
        ) from error
    weights = next((folder / name for name in _WEIGHT_FILES if (folder / name).is_file()), None)
    if weights is None:
        raise MissingPathError(
            folder / _WEIGHT_FILES[0], hint="The weights belong beside the config."
        )
    name = f"local-dir:{folder}"
    return Checkpoint(
        spec=f"{_PREFIX}{name}",
        model=f"{_PREFIX}local-dir:{sha256(text.encode()).hexdigest()[:8]}",
        name=name,
        weights=weights,
        tokenizer=name,
        config=config,
        preprocessing=_preprocessing(saved.get("preprocess_cfg", {})),
        given=True,
    )


def _from_hub(spec: str, repository: str) -> Checkpoint:
    """Checkpoint from a repository on the Hugging Face hub, downloaded if missing."""
    fetch(spec, repository, [_CONFIG_FILE])
    found = _from_folder(fetch(spec, repository, _WEIGHT_FILES).parent)
    own_words = found.config["text_cfg"].get("hf_tokenizer_name")
    return replace(
        found,
        spec=spec,
        model=f"{_PREFIX}hf-hub:{repository}",
        tokenizer=f"hf-hub:{repository}" if own_words else found.tokenizer,
        given=False,
    )


def _config(model: str) -> Json:
    """open_clip's configuration of a model; raises EncoderError for an unknown model."""
    import open_clip

    known = open_clip.list_models()
    if model not in known:
        close = get_close_matches(model, known, n=3, cutoff=0.4)
        meant = f" Did you mean {', '.join(close)}?" if close else ""
        raise EncoderError(f"open_clip has no model {model!r}.{meant} {_HINT}")
    return open_clip.get_model_config(model)


def _preprocessing(overlay: Json) -> Json:
    """Preprocessing parameters: open_clip's defaults, overridden by those of the model."""
    from open_clip.transform import PreprocessCfg, merge_preprocess_dict

    values = merge_preprocess_dict(asdict(PreprocessCfg()), overlay)
    return {
        key: values[key] for key in ("mean", "std", "interpolation", "resize_mode", "fill_color")
    }


def _weight_names(file: str) -> list[str]:
    """File names that published weights may have, safetensors before pickle files."""
    if not file:
        return [_WEIGHT_FILES[0], _WEIGHT_FILES[2]]
    safe = Path(file).with_suffix(".safetensors").name
    return [safe, file]
