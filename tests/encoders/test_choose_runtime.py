import copy
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from photorank.encoders import choose_runtime, load_encoder
from photorank.encoders.blocks import unit_rows
from photorank.encoders.choose_runtime import checked_runtime
from photorank.encoders.image_towers import TorchTower, encode, on_pixels
from photorank.errors import EncoderError, MissingExtraError, UnknownNameError
from tests.encoders.tiny import photos

pytestmark = pytest.mark.slow

needs_openvino = pytest.mark.skipif(
    not choose_runtime.openvino_towers.is_installed(), reason="the openvino extra is not installed"
)


@pytest.fixture
def frames_of():
    """Function that makes n different input frames for an encoder."""

    def frames(encoder, n):
        made = [frame for photo in photos() for frame in encoder.prepare(photo).frames]
        shift = [np.roll(made[at % len(made)], 5 * at, axis=1) for at in range(n)]
        return [np.ascontiguousarray(frame) for frame in shift]

    return frames


@pytest.fixture
def tiny(tiny_model):
    """Function that loads a fresh copy of the small CLIP encoder."""
    name, file = tiny_model
    return lambda: load_encoder(f"open_clip:{name}@{file}", device="cpu")


def cosines(first, second):
    """Cosine similarity of each row with the same row of the other array."""
    return (first * second).sum(axis=1)


@pytest.mark.parametrize("runtime", ["torch", pytest.param("openvino", marks=needs_openvino)])
@pytest.mark.parametrize("spec", ["tiny", "embedded"])
def test_a_runtime_gives_the_embeddings_of_torch_in_full_precision(tiny, frames_of, spec, runtime):
    """Embeddings of each runtime have a cosine above 0.99 with those of torch in full precision."""
    encoder = tiny() if spec == "tiny" else load_encoder(spec, device="cpu")
    frames = frames_of(encoder, 8)
    expected = encoder.encode_frames(frames)
    assert encoder.runtime == f"torch {torch.__version__.partition('+')[0]} fp32 on cpu"

    encoder.choose_runtime(runtime, frames)

    assert encoder.runtime.startswith(f"{runtime} ")
    assert encoder.runtime.endswith((" bf16 on cpu", " fp32 on cpu"))
    assert cosines(encoder.encode_frames(frames), expected).min() > 0.99


@needs_openvino
def test_eight_bits_are_calibrated_on_the_photos(tiny, frames_of, capsys):
    """Int8 embeddings stay close to torch's (cosine above 0.98), and nothing is printed."""
    encoder = tiny()
    frames = frames_of(encoder, 48)
    expected = encoder.encode_frames(frames)

    encoder.choose_runtime("openvino-int8", frames)

    assert " int8 " in encoder.runtime
    found = cosines(encoder.encode_frames(frames), expected)
    assert 0.98 < found.min() < 0.999999
    assert capsys.readouterr().out == ""


@needs_openvino
def test_eight_bits_are_refused_with_too_few_photos(tiny, frames_of):
    """Calibration for int8 with too few photos is refused; the error names the runtime to use."""
    encoder = tiny()
    with pytest.raises(EncoderError, match=r"too few.*--runtime openvino`"):
        encoder.choose_runtime("openvino-int8", frames_of(encoder, 5))


@needs_openvino
@pytest.mark.parametrize("runtime", ["openvino", "openvino-int8"])
def test_other_embeddings_are_refused(tiny, frames_of, monkeypatch, runtime):
    """A runtime whose embeddings differ too much from torch's raises an error with the cosine."""
    monkeypatch.setattr(choose_runtime, "_MIN_COSINE", 1.1)
    monkeypatch.setattr(choose_runtime, "_MIN_COSINE_IN_INT8", 1.1)
    encoder = tiny()
    frames = frames_of(encoder, 48)
    before = encoder.encode_frames(frames)

    with pytest.raises(EncoderError, match=rf"{runtime} is refused.*cosine (0\.9|1\.0)"):
        encoder.choose_runtime(runtime, frames)

    np.testing.assert_array_equal(encoder.encode_frames(frames), before)


def test_what_disagrees_is_not_chosen_for_its_speed(tiny, frames_of, monkeypatch):
    """The encoder runs on torch in full precision if nothing faster gives equal embeddings."""
    monkeypatch.setattr(choose_runtime, "_MIN_COSINE", 1.1)
    encoder = tiny()
    encoder.choose_runtime("auto", frames_of(encoder, 4))

    assert " fp32 " in encoder.runtime
    assert encoder.runtime.startswith("torch ")


def test_a_processor_without_openvino_uses_torch(tiny, frames_of, monkeypatch):
    """Without OpenVINO, `auto` uses torch; for `openvino`, an error names the extra to install."""
    monkeypatch.setattr(choose_runtime.openvino_towers, "is_installed", lambda: False)
    encoder = tiny()
    frames = frames_of(encoder, 4)

    encoder.choose_runtime("auto", frames)
    assert encoder.runtime.startswith("torch ")
    with pytest.raises(MissingExtraError, match=r"photorank\[openvino\]"):
        encoder.choose_runtime("openvino", frames)


@needs_openvino
def test_openvino_does_not_report_to_its_makers():
    """OpenVINO's telemetry, which is on by default, is blocked from loading."""
    choose_runtime.openvino_towers.openvino()

    assert sys.modules["openvino_telemetry"] is None


@needs_openvino
def test_what_openvino_cannot_convert_is_left_to_torch():
    """If OpenVINO cannot convert a network, an error tells the user to choose torch instead."""

    class Untraceable(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(3, 8))

        def forward(self, inputs):
            rows = [torch.from_numpy(one.numpy()).mean((1, 2)) for one in inputs]
            return torch.linalg.matrix_exp(torch.stack(rows)[:, :, None] @ self.weight[:1])[:, 0]

    network = on_pixels(
        Untraceable(), lambda model, inputs: model(inputs), mean=[0] * 3, std=[1] * 3
    )
    with pytest.raises(EncoderError, match="--runtime torch"):
        choose_runtime.openvino_towers.convert(
            TorchTower(network, "cpu", 4), np.ones((8, 8, 3), dtype=np.uint8), one_shape=True
        )


def test_sixteen_bits_leave_the_network_as_it_was(tiny, frames_of):
    """A bf16 copy of a network has its own weights, so the original gives unchanged results."""
    encoder = tiny()
    frames = frames_of(encoder, 4)
    plain = encoder._images.load()
    before = encoder.encode_frames(frames)

    half = plain.in_bf16()

    assert 0.999 < cosines(unit_rows(encode(half, frames, 32)), before).min() < 0.9999999
    np.testing.assert_array_equal(encoder.encode_frames(frames), before)


def test_squares_in_sixteen_bits_are_embedded_alone_as_in_company(tiny, frames_of):
    """Batches in bf16 have one fixed size, so an embedding does not depend on its batch."""
    encoder = tiny()
    frames = frames_of(encoder, 11)
    half = encoder._images.load().in_bf16()
    sizes = []
    counted = replace(
        half, network=lambda pixels: (sizes.append(len(pixels)), half.network(pixels))[1]
    )
    together = encode(counted, frames, 32)

    assert set(sizes) == {half.at_once}
    alone = np.vstack([encode(half, [frame], 32) for frame in frames])
    np.testing.assert_array_equal(alone, together)


def test_a_transformer_in_sixteen_bits_adds_up_in_more(tiny, frames_of):
    """Converting a transformer to bfloat16 converts only the attention weights and MLP weights."""
    encoder = tiny()
    frames = frames_of(encoder, 12)
    plain = encoder._images.load()
    expected = encoder.encode_frames(frames)

    half = plain.in_bf16()

    types = {name: weight.dtype for name, weight in half.network.model.visual.named_parameters()}
    for name, dtype in types.items():
        narrow = ".attn." in name or ".mlp." in name
        assert dtype == (torch.bfloat16 if narrow else torch.float32), name
    assert {torch.bfloat16, torch.float32} == set(types.values())
    throughout = TorchTower(copy.deepcopy(plain.network), "cpu", plain.at_once)
    throughout.network.model.bfloat16()
    errors = [
        1 - cosines(unit_rows(encode(tower, frames, 32)), expected).mean()
        for tower in (half, throughout)
    ]
    assert errors[0] < 0.5 * errors[1]


def test_what_is_no_transformer_has_sixteen_bits_throughout(frames_of):
    """A network without attention blocks is converted to bfloat16 in all its weights."""
    encoder = load_encoder("embedded", device="cpu")
    half = encoder._images.load().in_bf16()

    assert {weight.dtype for weight in half.network.model.parameters()} == {torch.bfloat16}
    clip = next(one for one in half.network.modules() if isinstance(one, torch.nn.ReLU6))
    every = torch.arange(-(2**15), 2**15).to(torch.int16).view(torch.bfloat16)
    finite = every[every.isfinite()]
    assert torch.equal(clip(finite.clone()), torch.nn.functional.relu6(finite))


def test_runtimes_are_known_by_name():
    """An unknown runtime is refused with a list of the known ones."""
    assert checked_runtime("openvino-int8") == "openvino-int8"
    with pytest.raises(UnknownNameError, match="auto, torch, openvino, openvino-int8"):
        checked_runtime("tensorrt")


def test_a_kept_precision_is_that_of_every_number_of_photos(tiny, frames_of):
    """If a precision is set, a photo has the same embedding alone and in a batch of any size."""
    encoder, narrow = tiny(), tiny()
    frames = frames_of(encoder, 40)
    narrow.set_precision("torch bf16")

    together = narrow.encode_frames(frames)
    alone = np.concatenate([narrow.encode_frames([frame]) for frame in frames])
    assert choose_runtime.precision_of(narrow.runtime) == "torch bf16"
    assert cosines(together, alone).min() > 0.99999
    assert not np.array_equal(together, encoder.encode_frames(frames))
    narrow.set_precision("fp32")
    np.testing.assert_array_equal(narrow.encode_frames(frames), encoder.encode_frames(frames))


def test_eight_bits_cannot_be_had_again(tiny):
    """Photos added later cannot use int8, since its calibration used the first run's photos."""
    with pytest.raises(EncoderError, match=r"eight bits.*--runtime openvino"):
        tiny().set_precision("openvino int8")
