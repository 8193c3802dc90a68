import hashlib

import numpy as np
import open_clip
import pytest
import torch
from open_clip.constants import OPENAI_DATASET_MEAN as OPENAI_MEAN
from open_clip.constants import OPENAI_DATASET_STD as OPENAI_STD
from safetensors.torch import load_file

from photorank.encoders import load_encoder
from photorank.encoders.base import encode_photos
from photorank.encoders.blocks import unit_rows
from photorank.errors import DamagedWeightsError, EncoderError
from tests.encoders.tiny import TINY, photos, save_tiny_model

SAME = 0.99999  # cosine


def heads(encoder, prepared):
    """First part (the head) of each photo's embedding, scaled to unit length."""
    return unit_rows(encode_photos(encoder, prepared)[:, : encoder.fingerprint.blocks.head])


TEXTS = ["a photo of a cat", "ein Foto, scharf und hell", "", "word " * 200] * 5


def own_photo_embeddings(model, preprocess):
    """Photo embeddings computed by open_clip's own calls."""
    with torch.inference_mode():
        batch = torch.stack([preprocess(photo) for photo in photos()])
        return model.eval().encode_image(batch, normalize=True).numpy()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".pth", ".bin"])
def test_photos_and_texts_embed_as_with_open_clip_itself(tiny_model, tmp_path, suffix):
    """Embeddings equal open_clip's own for photos and texts, for every checkpoint format."""
    name, _ = tiny_model
    saved = save_tiny_model(tmp_path, suffix=".safetensors" if suffix == ".safetensors" else ".bin")
    file = saved.rename(saved.with_suffix(suffix))
    model, _, preprocess = open_clip.create_model_and_transforms(name, pretrained=str(file))
    with torch.inference_mode():
        words = model.eval().encode_text(open_clip.get_tokenizer(name)(TEXTS), normalize=True)

    encoder = load_encoder(f"open_clip:{name}@{file}", framing="crop", device="cpu")
    embeddings = heads(encoder, [encoder.prepare(photo) for photo in photos()])

    cosines = (embeddings * own_photo_embeddings(model, preprocess)).sum(axis=1)
    assert cosines.min() > SAME
    assert (encoder.encode_texts(TEXTS) * words.numpy()).sum(axis=1).min() > SAME
    assert encoder.logit_scale == pytest.approx(float(model.logit_scale.detach().exp()))
    assert encoder.dimensions == embeddings.shape[1] + 32 == TINY["embed_dim"] + 32


@pytest.mark.parametrize(
    ("mode", "framing"), [("shortest", "crop"), ("squash", "squash"), ("longest", "pad")]
)
def test_the_default_framing_is_the_one_the_model_was_trained_with(tmp_path, mode, framing):
    """If no framing is given, the model's own resize mode, filter and normalisation are used."""
    own = {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4], "interpolation": "bilinear"}
    save_tiny_model(tmp_path, preprocess={**own, "resize_mode": mode})
    name = f"local-dir:{tmp_path}"
    model, preprocess = open_clip.create_model_from_pretrained(name)

    encoder = load_encoder(f"open_clip:{name}", device="cpu")
    embeddings = heads(encoder, [encoder.prepare(photo) for photo in photos()])

    assert encoder.fingerprint.framing == framing
    assert (embeddings * own_photo_embeddings(model, preprocess)).sum(axis=1).min() > SAME


def test_tiles_are_averaged(tiny_model):
    """A photo's embedding is the mean of its tiles' embeddings, scaled to length 1."""
    name, file = tiny_model
    encoder = load_encoder(f"open_clip:{name}@{file}", framing="tiles", device="cpu")
    frames = [encoder.prepare(photo) for photo in photos()]

    mean = encoder.encode_frames(frames[-1].frames).mean(axis=0)

    assert len(frames[-1].frames) > 1
    np.testing.assert_allclose(heads(encoder, frames)[-1], mean / np.linalg.norm(mean), atol=1e-3)
    assert encoder.encode_frames([]).shape == encoder.encode_texts([]).shape == (0, 32)


def test_the_fingerprint_follows_the_weights_not_their_place(tiny_model, tmp_path):
    """A copied weights file has the same encoder fingerprint; a different file has another."""
    name, file = tiny_model
    copied = tmp_path / "copied.safetensors"
    copied.write_bytes(file.read_bytes())
    other = save_tiny_model(tmp_path / "other", suffix=".bin")

    first, second, third = (
        load_encoder(f"open_clip:{name}@{path}").fingerprint for path in (file, copied, other)
    )

    assert first == second != third
    assert first.model == f"open_clip:{name}"
    assert first.weights == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (first.framing, first.size) == ("crop", 64)


def test_a_relative_path_is_remembered_in_full(tiny_model, monkeypatch):
    """An encoder given by a relative path stores the full path, so it works from any folder."""
    name, file = tiny_model
    monkeypatch.chdir(file.parent)

    assert load_encoder(f"open_clip:{name}@{file.name}").spec == f"open_clip:{name}@{file}"


@pytest.mark.slow
def test_only_the_tower_that_is_used_is_kept(tiny_model):
    """Only the image part of a model is loaded for photos, and only the text part for text."""
    name, file = tiny_model
    encoder = load_encoder(f"open_clip:{name}@{file}", device="cpu")

    image = encoder._images.load().network.model
    assert [name for name, _ in image.named_children()] == ["visual"]
    assert encoder._text_tower is None

    encoder.encode_texts(["a dog"])
    assert not hasattr(encoder._text_tower, "visual")


@pytest.mark.parametrize(
    "change",
    [
        {"embed_dim": 64},
        {"vision_cfg": {**TINY["vision_cfg"], "layers": 3}},
        {"vision_cfg": {**TINY["vision_cfg"], "image_size": 96}},
        {"text_cfg": {**TINY["text_cfg"], "context_length": 32}},
    ],
    ids=["width", "depth", "image-size", "context-length"],
)
def test_weights_of_another_model_are_refused(tiny_model, tmp_path, change):
    """Weights that do not fit the model are refused, even if open_clip would resize them."""
    name, _ = tiny_model
    file = save_tiny_model(tmp_path, **change)
    encoder = load_encoder(f"open_clip:{name}@{file}", device="cpu")

    with pytest.raises(DamagedWeightsError) as caught:
        encoder.encode_frames(encoder.prepare(photos()[0]).frames)

    assert "\n" not in str(caught.value)
    assert f"open_clip:{name}" in str(caught.value)


def test_a_convolutional_tower_takes_square_frames_only(tmp_path):
    """A convolutional network takes square frames only, so other framings are refused."""
    tower = {"image_size": 64, "layers": [1, 1, 1, 1], "width": 32, "patch_size": None}
    save_tiny_model(tmp_path, vision_cfg=tower)
    with pytest.raises(EncoderError, match=r"square frames only.*crop, pad, squash, tiles\."):
        load_encoder(f"open_clip:local-dir:{tmp_path}", framing="whole")


def by_a_model_of_that_shape(file, tower, pixels):
    """Embedding of an image, computed by an open_clip model built for the image's size."""
    made = {**TINY, "vision_cfg": {**tower, "image_size": list(pixels.shape[:2])}}
    model, weights = open_clip.model.CLIP(**made), load_file(file)
    open_clip.model.resize_pos_embed(weights, model)
    model.load_state_dict(weights)
    inputs = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255
    mean, std = (torch.tensor(v)[:, None, None] for v in (OPENAI_MEAN, OPENAI_STD))
    with torch.inference_mode():
        return model.eval().encode_image((inputs - mean) / std, normalize=True).numpy()


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["tok", "avg"])
def test_a_photos_own_shape_is_embedded_as_by_a_model_made_for_it(tmp_path, pool):
    """A frame of any shape gets the same embedding as from a model made for that shape."""
    tower = {**TINY["vision_cfg"], "pool_type": pool}
    file = save_tiny_model(tmp_path, vision_cfg=tower)
    encoder = load_encoder(f"open_clip:local-dir:{tmp_path}", framing="whole", device="cpu")
    for photo in photos():
        [pixels] = encoder.prepare(photo).frames
        height, width = pixels.shape[:2]
        assert min(height, width) == 64
        assert max(height, width) % 16 == 0
        theirs = by_a_model_of_that_shape(file, tower, pixels)
        ours = encoder.encode_frames([pixels])

        assert float((ours * theirs).sum()) > SAME


@pytest.mark.parametrize("framing", ["crop", "whole"])
def test_photos_may_be_looked_at_larger(tmp_path, framing):
    """With a larger image size, embeddings equal those of an open_clip model of that size."""
    file = save_tiny_model(tmp_path)
    encoder = load_encoder(f"open_clip:local-dir:{tmp_path}#96", framing=framing, device="cpu")
    assert encoder.spec.endswith("#96")
    assert (encoder.fingerprint.size, encoder.fingerprint.size) == (96, 96)
    [pixels] = encoder.prepare(photos()[0]).frames
    assert min(pixels.shape[:2]) == 96

    theirs = by_a_model_of_that_shape(file, TINY["vision_cfg"], pixels)
    assert float((encoder.encode_frames([pixels]) * theirs).sum()) > SAME
    assert load_encoder(encoder.spec, framing=framing).fingerprint == encoder.fingerprint


@pytest.mark.parametrize("pixels", ["0", "48", "100", "4096", "99999999999"])
def test_sizes_that_the_model_cannot_take_are_refused(tmp_path, pixels):
    """Frame sizes too small, too large, or no multiple of the patch size are refused."""
    save_tiny_model(tmp_path)
    with pytest.raises(EncoderError, match="choose a multiple of 16 from 64 to 1024"):
        load_encoder(f"open_clip:local-dir:{tmp_path}#{pixels}")


def test_a_convolutional_tower_has_one_size(tmp_path):
    """A convolutional network cannot change its frame size, so other sizes are refused."""
    tower = {"image_size": 64, "layers": [1, 1, 1, 1], "width": 32, "patch_size": None}
    save_tiny_model(tmp_path, vision_cfg=tower)
    with pytest.raises(EncoderError, match="frames of 64 pixels only"):
        load_encoder(f"open_clip:local-dir:{tmp_path}#96")


def test_an_unknown_framing_is_refused(tiny_model):
    """A misspelt framing is an error, and no default is used instead."""
    name, file = tiny_model
    with pytest.raises(EncoderError, match="no such framing"):
        load_encoder(f"open_clip:{name}@{file}", framing="circle")
