"""Errors about encoders: their names, weights and packages, and the encoding of texts."""

from pathlib import Path

from photorank.errors.base import PhotorankError


class EncoderError(PhotorankError, ValueError):
    """An encoder's name, photo framing (crop or padding) or configuration cannot be used."""


class NoTextError(EncoderError):
    """An encoder has no text network, so texts cannot be embedded."""

    def __init__(self, encoder: str) -> None:
        super().__init__(
            f"{encoder} knows no words, so it can neither search nor rate by a text. Learn a "
            "vector from judgements with `photorank vector learn NAME --learner all-pairs`."
        )
        self.on_page = (
            "the model that looked at these photos knows no words. Choose between photos on the "
            "page Teach instead."
        )


class NoEncoderError(NoTextError):
    """The encoder of an index with imported embeddings is not available."""

    def __init__(self, encoder: str) -> None:
        super(NoTextError, self).__init__(
            f"the embeddings were imported, as made by {encoder!r}, and nothing here makes more "
            "of them: photos that are not in the index cannot be rated, nor words. Rate what is in "
            "it, or index the photos with an --encoder."
        )
        self.on_page = (
            "what is known of these photos was brought from elsewhere, so that only they can be "
            "judged: no other photos, and no words."
        )


class MissingWeightsError(PhotorankError, FileNotFoundError):
    """Weights of an encoder are missing and cannot be downloaded."""

    def __init__(self, spec: str, why: str) -> None:
        super().__init__(
            f"the weights of {spec} cannot be had: {why}. Three ways out: run where the network "
            "reaches the model hub, name a local file with `--encoder open_clip:MODEL@FILE`, or "
            "use `--encoder embedded`."
        )
        self.on_page = (
            "the model that looked at these photos is not on this computer. They can be judged as "
            "before; other photos and words cannot."
        )


class MissingTokenizerError(PhotorankError, FileNotFoundError):
    """The tokenizer of a text network is missing and cannot be downloaded."""

    def __init__(self, spec: str, why: str) -> None:
        super().__init__(
            f"the tokenizer of {spec} cannot be had: {why}. Photos are embedded without it; words "
            "need it. Run once where the network reaches the model hub, or put the tokenizer's "
            "files beside open_clip_config.json and the weights in a folder, and name it: "
            "`--encoder open_clip:local-dir:FOLDER`."
        )
        self.on_page = (
            "what the model needs to read words is not on this computer. Photos can be judged as "
            "before."
        )


class DamagedWeightsError(PhotorankError, ValueError):
    """A weights file is damaged, belongs to another model, or contains code."""

    def __init__(self, path: Path | str, why: str, *, hint: str) -> None:
        super().__init__(f"{path} cannot be used as weights: {why}. {hint}")


class MissingExtraError(PhotorankError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs an extra: `pip install "photorank[{extra}]"`.')


class EntryPointError(PhotorankError, ImportError):
    """A plug-in, declared as an entry point of another package, cannot be used."""

    def __init__(self, package: str, declared: str, why: str) -> None:
        super().__init__(
            f"the package {package} declares {declared}, which cannot be used: {why}. Update that "
            "package, or uninstall it."
        )


class FaceModelsError(PhotorankError, ImportError):
    """The face-detection models or their runtime are missing or damaged."""
