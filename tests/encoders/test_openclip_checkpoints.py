import json
import pickle
import shutil
import time

import open_clip
import pytest
import torch

from photorank.encoders import load_encoder
from photorank.encoders.base import encode_photos
from photorank.encoders.openclip_checkpoints import find_checkpoint
from photorank.errors import (
    DamagedWeightsError,
    EncoderError,
    MissingPathError,
    MissingTokenizerError,
    MissingWeightsError,
)
from tests.encoders.tiny import photos, save_tiny_model


class Bomb:
    """Pickle that runs code when it is loaded."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


def truncated(path):
    """Cut a file to the first half of its bytes."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def scripted(folder):
    """Save a TorchScript archive, a model file that contains code."""
    path = folder / "scripted.pt"
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)), path)
    return path


def with_code(folder):
    """Save a checkpoint that contains code, which writes a file if the checkpoint is loaded."""
    path = folder / "code.pt"
    torch.save({"weight": torch.zeros(2), "x": Bomb(folder / "exploded")}, path)
    return path


def plain_pickle(folder):
    """Save a plain pickle with code that writes a file when it is loaded."""
    path = folder / "code.bin"
    path.write_bytes(pickle.dumps(Bomb(folder / "exploded")))
    return path


def saved(name, value):
    """Function that saves a value to a file in a folder by `torch.save`."""

    def make(folder):
        torch.save(value, folder / name)
        return folder / name

    return make


def text(name, content):
    """Function that writes a text file, in place of a checkpoint, to a folder."""

    def make(folder):
        (folder / name).write_text(content)
        return folder / name

    return make


UNUSABLE = {
    "truncated-safetensors": lambda folder: truncated(save_tiny_model(folder)),
    "truncated-torch": lambda folder: truncated(save_tiny_model(folder, suffix=".bin")),
    "code": with_code,
    "code-in-a-plain-pickle": plain_pickle,
    "torchscript": scripted,
    "text": text("text.pt", "these are not weights"),
    "text-safetensors": text("text.safetensors", "these are not weights"),
    "empty": text("empty.pth", ""),
    "list": saved("list.pt", [torch.zeros(2)]),
    "numbers": saved("numbers.pt", {"epoch": 3}),
}


@pytest.mark.filterwarnings("ignore:`torch.jit")
@pytest.mark.parametrize("make", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_file_is_one_line_and_runs_nothing(tiny_model, tmp_path, make):
    """Damaged checkpoints and checkpoints with code are refused, and no code in them is run."""
    name, _ = tiny_model

    with pytest.raises(DamagedWeightsError) as caught:
        load_encoder(f"open_clip:{name}@{make(tmp_path)}")

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    assert not (tmp_path / "exploded").exists()


def test_a_training_checkpoint_is_read(tiny_model, tmp_path):
    """A checkpoint of open_clip's trainer, with its nested and prefixed state dict, is read."""
    name, file = tiny_model
    state = open_clip.factory.load_state_dict(str(file))
    checkpoint = {
        "epoch": 3,
        "state_dict": {f"module.{key}": value for key, value in state.items()},
    }
    torch.save(checkpoint, tmp_path / "epoch_3.pt")
    plain, trained = (
        load_encoder(f"open_clip:{name}@{path}", device="cpu")
        for path in (file, tmp_path / "epoch_3.pt")
    )
    frames = plain.prepare(photos()[0]).frames

    assert (plain.encode_frames(frames) == trained.encode_frames(frames)).all()


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("clip", "no encoder is called 'clip'"),
        ("open_clip:", "no model ''"),
        ("open_clip:ViT-B-23/openai", "Did you mean ViT-B-32"),
        ("open_clip:ViT-L/14", "no model 'ViT-L'"),
        ("open_clip:ViT-B-32", "names no weights.*laion2b_s34b_b79k"),
        ("open_clip:ViT-B-32/", "names no weights"),
        ("open_clip:ViT-B-32/laion9b", "no pretrained weights 'laion9b'.*laion2b_s34b_b79k"),
        ("open_clip:RN50/laion2b_s34b_b79k", "belongs to ViT-B-32"),
        ("open_clip:ViT-S-32/openai", "has none of its own"),
        ("open_clip:hf-hub:a/b/c", "no repository ORG/NAME"),
    ],
)
def test_a_name_that_means_nothing_is_told_with_what_would(spec, says):
    """An unknown encoder, model or pretraining is refused, and the message shows valid names."""
    with pytest.raises(EncoderError, match=says) as caught:
        load_encoder(spec)

    assert "open_clip:hf-hub:ORG/NAME" in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("ViT-L-14/openai", "open_clip:ViT-L-14-quickgelu/openai"),
        ("ViT-B-16/dfn2b", "open_clip:ViT-B-16-quickgelu/dfn2b"),
        ("ViT-H-14-378/dfn5b", "open_clip:ViT-H-14-378-quickgelu/dfn5b"),
        ("roberta-ViT-B-32/laion2b_s12b_b32k", "no model that fits"),
    ],
)
def test_another_activation_than_the_weights_were_trained_with_is_refused(asked, right):
    """A model whose QuickGELU setting differs from that of its weights is refused with an error."""
    with pytest.raises(EncoderError, match=right):
        load_encoder(f"open_clip:{asked}")


@pytest.mark.parametrize(
    "spec",
    [
        "open_clip:ViT-L-14-quickgelu/openai",
        "open_clip:ViTamin-S/datacomp1b",
        "open_clip:hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    ],
)
def test_weights_out_of_reach_end_quickly(no_network, spec):
    """If weights are missing and there is no network, an error lists remedies within seconds."""
    started = time.monotonic()

    with pytest.raises(MissingWeightsError, match=r"MODEL@FILE.*--encoder embedded"):
        load_encoder(spec)

    assert time.monotonic() - started < 8


def cached(hub, repository, folder):
    """Copy a repository's folder into the layout of the model hub's cache."""
    home = hub / f"models--{repository.replace('/', '--')}"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("0" * 40)
    return shutil.copytree(folder, home / "snapshots" / ("0" * 40))


@pytest.mark.slow
def test_a_missing_tokenizer_is_told_when_words_come(no_network, tmp_path):
    """If a model's tokenizer is missing, photos are embedded, but texts raise an error."""
    file = save_tiny_model(tmp_path / "tiny")
    told = json.loads((file.parent / "open_clip_config.json").read_text())
    told["model_cfg"]["text_cfg"]["hf_tokenizer_name"] = "org/words"
    (file.parent / "open_clip_config.json").write_text(json.dumps(told))
    encoder = load_encoder(f"open_clip:local-dir:{file.parent}", device="cpu")

    assert len(encode_photos(encoder, [encoder.prepare(photos()[0])])) == 1
    with pytest.raises(MissingTokenizerError, match=r"^the tokenizer of .*local-dir:FOLDER") as why:
        encoder.encode_texts(["a dog"])
    assert str(why.value).count("cannot be had") == 1


@pytest.mark.slow
def test_a_cached_repository_needs_no_network(no_network, tmp_path):
    """A model in the hub's cache is loaded offline and encodes both photos and texts."""
    save_tiny_model(tmp_path / "tiny", preprocess={"resize_mode": "squash"})
    cached(no_network, "org/tiny", tmp_path / "tiny")

    encoder = load_encoder("open_clip:hf-hub:org/tiny", device="cpu")
    local = load_encoder(f"open_clip:local-dir:{tmp_path / 'tiny'}", device="cpu")
    frames = encoder.prepare(photos()[0]).frames

    assert encoder.spec == "open_clip:hf-hub:org/tiny"
    assert encoder.fingerprint.model == "open_clip:hf-hub:org/tiny"
    assert encoder.fingerprint.framing == "squash"
    assert (encoder.encode_frames(frames) == local.encode_frames(frames)).all()
    assert (encoder.encode_texts(["a dog"]) == local.encode_texts(["a dog"])).all()


def test_cached_pretrained_weights_keep_their_own_preprocessing(no_network, tmp_path):
    """Cached pretrained weights are used with their own published mean, size and resize mode."""
    file = save_tiny_model(tmp_path / "siglip")
    snapshot = cached(no_network, "timm/ViT-B-16-SigLIP", tmp_path / "siglip")

    found = find_checkpoint("open_clip:ViT-B-16-SigLIP/webli")

    assert found.weights == snapshot / file.name
    assert found.preprocessing["mean"] == (0.5, 0.5, 0.5)
    assert found.preprocessing["resize_mode"] == "squash"
    assert found.size == 224


@pytest.mark.parametrize(
    ("model", "mean", "mode"),
    [
        ("ViT-B-32", open_clip.OPENAI_DATASET_MEAN, "shortest"),
        ("ViT-B-16-SigLIP", (0.5, 0.5, 0.5), "squash"),
        ("MobileCLIP-S1", (0.0, 0.0, 0.0), "shortest"),
        ("ViT-L-14", open_clip.OPENAI_DATASET_MEAN, "shortest"),
    ],
)
def test_a_files_preprocessing_is_its_models(tmp_path, model, mean, mode):
    """A checkpoint file is read with the preprocessing of its model's published weights."""
    found = find_checkpoint(f"open_clip:{model}@{save_tiny_model(tmp_path)}")

    assert (found.preprocessing["mean"], found.preprocessing["resize_mode"]) == (mean, mode)


def test_a_file_that_is_not_there_is_named(tiny_model, tmp_path):
    """A missing or unsuitable model file is named in an error before anything is loaded."""
    name, _ = tiny_model
    (tmp_path / "weights.npz").touch()
    with pytest.raises(MissingPathError, match=r"nowhere.pt does not exist"):
        load_encoder(f"open_clip:{name}@{tmp_path / 'nowhere.pt'}")
    with pytest.raises(EncoderError, match=r"must end in .safetensors"):
        load_encoder(f"open_clip:{name}@{tmp_path / 'weights.npz'}")
    with pytest.raises(MissingPathError, match=r"open_clip_config.json does not exist"):
        load_encoder(f"open_clip:local-dir:{tmp_path}")
    (tmp_path / "open_clip_config.json").write_text("{}")
    with pytest.raises(EncoderError, match="no configuration of open_clip"):
        load_encoder(f"open_clip:local-dir:{tmp_path}")


def test_a_folder_without_weights_never_gives_random_ones(tmp_path):
    """A model folder without weights raises an error, instead of giving random weights."""
    save_tiny_model(tmp_path).unlink()

    with pytest.raises(MissingPathError, match="weights belong beside"):
        load_encoder(f"open_clip:local-dir:{tmp_path}")


def test_frames_that_are_not_square_are_refused(tmp_path):
    """A model with frames that are not square is refused when it is loaded."""
    vision = {"image_size": [64, 96], "layers": 1, "width": 64, "head_width": 32, "patch_size": 16}
    save_tiny_model(tmp_path, vision_cfg=vision)

    with pytest.raises(EncoderError, match="only squares work"):
        load_encoder(f"open_clip:local-dir:{tmp_path}")
