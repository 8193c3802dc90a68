import hashlib
import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from photorank.encoders.base import Fingerprint
from photorank.errors import (
    DamagedWeightsError,
    DegenerateDirectionError,
    EncoderMismatchError,
    ForeignHeadError,
    MissingPathError,
    PhotorankError,
)
from photorank.vectors.master import MasterVector
from photorank.vectors.published import published_vector

SPACE = Fingerprint("open_clip:ViT-L-14", "0" * 64, "crop", 224)
D = 24


class Simulacra(torch.nn.Module):
    """Linear scoring model that multiplies unit embeddings by √d first."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(D, 1)

    def forward(self, X):
        """Scores of unit-length embeddings, computed by the model's linear layer."""
        return self.linear(X * X.shape[-1] ** 0.5)


def stacked(*layers):
    """Sequential network of modules; a tuple (inputs, outputs) stands for a linear layer."""
    return torch.nn.Sequential(
        *(torch.nn.Linear(*layer) if isinstance(layer, tuple) else layer for layer in layers)
    )


class Named(torch.nn.Module):
    """Network that stores its layers under a given name."""

    def __init__(self, name, layers):
        super().__init__()
        self.add_module(name, layers)

    def forward(self, X):
        """Scores that the network computes for a batch of embeddings."""
        return next(self.children())(X)


def dropout():
    """Dropout layer, which has no effect on a trained network."""
    return torch.nn.Dropout(0.5)


def improved(between=None):
    """Network with the layers of improved-aesthetic-predictor and an optional activation."""
    gap = [between, dropout()] if between else [dropout()]
    last = [between] if between else []
    layers = [(D, 1024), *gap, (1024, 128), *gap, (128, 64), *gap, (64, 16), *last, (16, 1)]
    return Named("layers", stacked(*layers))


def newest():
    """Network with the layers of aesthetic-predictor-v2.5, the newest model in these tests."""
    return Named(
        "scoring_head",
        stacked(
            *((D, 1024), dropout(), (1024, 128), dropout(), (128, 64), dropout()),
            *((64, 16), dropout(), (16, 1)),
        ),
    )


HEADS = {
    "sa_0_4_vit_l_14_linear": (lambda: torch.nn.Linear(D, 1), "MIT"),
    "sac_public_2022_06_29_vit_b_16_linear": (Simulacra, "MIT"),
    "sac+logos+ava1-l14-linearMSE": (improved, "Apache-2.0"),
    "aesthetic_predictor_v2_5": (newest, "AGPL-3.0"),
}


def save(module, path):
    """Write the weights of a network in the format of the path's suffix; return the path."""
    if path.suffix == ".safetensors":
        save_file(module.state_dict(), path)
    else:
        torch.save(module.state_dict(), path)
    return path


def unit_rows(n=200):
    """Random unit vectors, as an array of shape (n, D)."""
    rows = np.random.default_rng(1).normal(size=(n, D))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("file", HEADS)
def test_one_vector_gives_the_published_scores(file, suffix, tmp_path):
    """A vector made from a published model gives the same scores as the model gives in torch."""
    torch.manual_seed(3)
    make, licence = HEADS[file]
    head = make().eval()
    path = save(head, tmp_path / f"{file}{suffix}")
    X = unit_rows()
    with torch.no_grad():
        published = head.double()(torch.from_numpy(X))[:, 0].numpy()

    vector = published_vector("head", path, SPACE, D)
    vector.save(tmp_path / "head.json")

    np.testing.assert_allclose(vector.rate(X, SPACE), published, rtol=0, atol=1e-6)
    np.testing.assert_allclose(
        MasterVector.load(tmp_path / "head.json").rate(X, SPACE), published, rtol=0, atol=1e-6
    )
    assert vector.kind == "published"
    assert vector.slope is None
    assert vector.card.licence == licence
    assert path.name in vector.card.source
    assert vector.card.parameters["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert ("AVA" in vector.card.source) == (licence in ("Apache-2.0", "AGPL-3.0"))


def test_a_linear_head_keeps_scale_and_bias(tmp_path):
    """A vector made from a linear scoring head keeps the head's scale and bias."""
    head = torch.nn.Linear(D, 1).requires_grad_(False)
    vector = published_vector("v1", save(head, tmp_path / "sa_0_4_vit_b_32_linear.pth"), SPACE, D)

    assert vector.scale == pytest.approx(float(head.weight.norm()), rel=1e-6)
    assert vector.bias == float(head.bias)
    assert vector.card.parameters["encoder"] == "OpenAI's CLIP ViT-B/32"


def test_a_head_of_another_name_is_nobodys(tmp_path):
    """A vector made from weights in a file of unknown name has a card without a licence."""
    card = published_vector("mine", save(improved(), tmp_path / "mine.pth"), SPACE, D).card

    assert card.licence == ""
    assert "not named as published" in card.source
    assert "AVA" in card.source


def test_parameters_and_halves_are_read(tmp_path):
    """A published scoring head may store its weights as half-precision torch parameters."""
    head = torch.nn.Linear(D, 1).half()
    torch.save(dict(head.named_parameters()), tmp_path / "half.pt")

    vector = published_vector("half", tmp_path / "half.pt", SPACE, D)

    weights = head.weight.detach().double().numpy()[0]
    np.testing.assert_allclose(vector.direction * vector.scale, weights, atol=1e-12)


@pytest.mark.parametrize("bias", [None, 5.25])
def test_an_array_is_a_vector_and_perhaps_a_bias(bias, tmp_path):
    """A NumPy file of d numbers is read as a vector; one more number is read as the bias."""
    weights = np.arange(1.0, D + 1)
    np.save(tmp_path / "mine.npy", weights if bias is None else np.append(weights, bias))

    vector = published_vector("mine", tmp_path / "mine.npy", SPACE, D)

    np.testing.assert_allclose(vector.direction * vector.scale, weights)
    assert vector.bias == (bias or 0)
    assert vector.card.licence == ""


@pytest.mark.parametrize("around", ["", "model.", "module.net.", "a.b.c."])
def test_a_checkpoint_of_lightning_is_a_head(around, tmp_path):
    """A Lightning checkpoint with optimiser state and prefixed module names is read."""
    head = improved()
    state = {f"{around}{key}": tensor for key, tensor in head.state_dict().items()}
    lightning = {"epoch": 3, "state_dict": state, "optimizer_states": [{"state": {}}]}
    torch.save(lightning, tmp_path / "mine.ckpt")
    plain = published_vector("plain", save(head, tmp_path / "mine.pth"), SPACE, D)
    vector = published_vector("mine", tmp_path / "mine.ckpt", SPACE, D)

    np.testing.assert_allclose(vector.direction, plain.direction)
    assert (vector.scale, vector.bias) == (plain.scale, plain.bias)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_layers_of_unknown_origin_are_taken_for_linear_and_said_so(suffix, tmp_path):
    """Layers from a model file of unknown origin are treated as linear, without activations."""
    torch.manual_seed(5)
    deep = stacked((D, 12), dropout(), (12, 9), (9, 1))
    late = stacked(*[dropout()] * 9, (D, 7), (7, 1))  # the layers 9 and 10, in this order
    X = unit_rows()
    for module in (Named("scorer", deep.eval()), late.eval()):
        vector = published_vector("mine", save(module, tmp_path / f"mine{suffix}"), SPACE, D)
        with torch.no_grad():
            expected = module.double()(torch.from_numpy(X))[:, 0].numpy()
        np.testing.assert_allclose(vector.rate(X, SPACE), expected, rtol=0, atol=1e-6)
        assert "unknown origin, assuming no activations" in vector.card.source
        assert vector.card.licence == ""


def test_a_head_that_was_published_for_another_encoder_needs_force(tmp_path):
    """A head published for another encoder needs --force at equal dimension, too; own ones pass."""
    own = Fingerprint("embedded:2", "0" * 64, "whole", 192)
    path = save(torch.nn.Linear(768, 1), tmp_path / "sa_0_4_vit_l_14_linear.pth")
    with pytest.raises(ForeignHeadError, match=r"ViT-L/14, .* embedded:2 .*--force"):
        published_vector("foreign", path, own, 768)
    assert published_vector("foreign", path, own, 768, force=True).name == "foreign"
    quick = Fingerprint("open_clip:ViT-L-14-quickgelu", "0" * 64, "crop", 224)
    assert published_vector("own", path, quick, 768).name == "own"
    mine = save(torch.nn.Linear(768, 1), tmp_path / "mine.pth")
    assert published_vector("mine", mine, own, 768).name == "mine"


def test_a_head_with_activations_is_refused(tmp_path):
    """A scoring head with ReLU activations is refused, since no single vector can replace it."""
    path = save(improved(torch.nn.ReLU()), tmp_path / "ava+logos-l14-reluMSE.pth")

    with pytest.raises(DamagedWeightsError, match=r"ReLUs .* no single vector.* linearMSE"):
        published_vector("relu", path, SPACE, D)


@pytest.mark.parametrize(
    ("inputs", "file", "encoder"),
    [
        (768, "renamed.pth", "ViT-L/14"),
        (512, "sa_0_4_vit_b_16_linear.pth", "ViT-B/16"),
        (1152, "renamed.safetensors", "SigLIP"),
        (99, "renamed.pth", "99 dimensions"),
    ],
)
def test_a_head_for_another_encoder_says_which(inputs, file, encoder, tmp_path):
    """If a scoring head has other dimensions than the index, the error names the head's encoder."""
    path = save(torch.nn.Linear(inputs, 1), tmp_path / file)

    with pytest.raises(EncoderMismatchError, match=rf"{encoder}.* of {D} dimensions"):
        published_vector("other", path, SPACE, D)


def test_an_array_of_another_length_is_refused(tmp_path):
    """An array is refused as a vector if its length is not the index's embedding dimension."""
    np.save(tmp_path / "long.npy", np.ones(768))

    with pytest.raises(EncoderMismatchError, match="ViT-L/14"):
        published_vector("long", tmp_path / "long.npy", SPACE, D)


class Explosive:
    """Object that creates a file when unpickled, as malicious code could."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def pickled(file):
    """Function that writes a malicious pickle file, which runs code when loaded."""

    def make(folder):
        (folder / file).write_bytes(pickle.dumps(Explosive(folder / "exploded")))
        return folder / file

    return make


def with_code(folder):
    """Weights file by torch.save that also contains an object that runs code when loaded."""
    head = torch.nn.Linear(D, 1).state_dict()
    torch.save({**head, "hook": Explosive(folder / "exploded")}, folder / "code.pth")
    return folder / "code.pth"


def objects(folder):
    """NumPy file of an object array that runs code when unpickled."""
    np.save(folder / "o.npy", np.array([Explosive(folder / "exploded")]), allow_pickle=True)
    return folder / "o.npy"


def truncated(suffix):
    """Function that writes a weights file cut off at half its length."""

    def make(folder):
        path = folder / f"half{suffix}"
        if suffix == ".npy":
            np.save(path, np.ones(D))
        else:
            save(torch.nn.Linear(D, 1), path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return path

    return make


def written(file, content):
    """Function that writes a weights file with the given name and content."""

    def make(folder):
        if file.endswith(".npy") and not isinstance(content, str):
            np.save(folder / file, content)
        elif isinstance(content, str):
            (folder / file).write_text(content)
        else:
            torch.save(content, folder / file)
        return folder / file

    return make


def without_bias(folder):
    """Weights file of a linear layer without a bias."""
    return save(torch.nn.Linear(D, 1, bias=False), folder / "half.pth")


LINEAR = {"weight": torch.ones(1, D), "bias": torch.zeros(1)}
UNUSABLE = {
    "code": with_code,
    "code in a plain pickle": pickled("plain.pth"),
    "code in an array": objects,
    "code named npy": pickled("plain.npy"),
    "code named safetensors": pickled("plain.safetensors"),
    "truncated pth": truncated(".pth"),
    "truncated safetensors": truncated(".safetensors"),
    "truncated npy": truncated(".npy"),
    "empty": written("empty.pth", ""),
    "text": written("text.npy", "no numbers"),
    "ending": written("head.bin", "no head"),
    "no ending": written("head", "no head"),
    "a list": written("list.pth", [torch.ones(D)]),
    "an empty dict": written("none.pth", {}),
    "numbers": written("epoch.pth", {"weight": 1, "bias": 2}),
    "unknown": written("unknown.pth", {"fc.weight": torch.ones(1, D)}),
    "odd names": written("odd.pth", {"two\nlines": torch.ones(1), 3: torch.ones(1)}),
    "no bias": without_bias,
    "two outputs": lambda folder: save(torch.nn.Linear(D, 2), folder / "two.pth"),
    "integers": written("integers.pth", LINEAR | {"weight": torch.ones(1, D, dtype=torch.int64)}),
    "sparse": written("sparse.pth", LINEAR | {"weight": torch.ones(1, D).to_sparse()}),
    "meta": written("meta.pth", LINEAR | {"weight": torch.ones(1, D, device="meta")}),
    "nan": written("nan.pth", LINEAR | {"bias": torch.tensor([float("nan")])}),
    "infinite": written("inf.pth", LINEAR | {"weight": torch.full((1, D), float("inf"))}),
    "vast": written("vast.npy", np.full(D, 1e300)),
    "nan array": written("nan.npy", np.full(D, np.nan)),
    "complex array": written("complex.npy", np.ones(D) * 1j),
    "text array": written("text-array.npy", np.array(["a"] * D)),
    "table": written("table.npy", np.ones((1, D))),
    "one number": written("one.npy", np.array(3.0)),
}


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("make", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_file_is_one_line_and_runs_nothing(make, tmp_path):
    """An unusable weights file raises a one-line error with its path, and its code never runs."""
    path = make(tmp_path)

    with pytest.raises(DamagedWeightsError) as caught:
        published_vector("bad", path, SPACE, D)

    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "exploded").exists()


def test_layers_that_do_not_fit_are_refused(tmp_path):
    """A head of several layers is refused if its layer sizes match no published head."""
    state = improved().state_dict()
    state["layers.2.weight"] = torch.ones(128, 1000)
    torch.save(state, tmp_path / "misfit.pth")

    with pytest.raises(DamagedWeightsError, match="like no known head"):
        published_vector("misfit", tmp_path / "misfit.pth", SPACE, D)


def test_a_tensor_that_claims_to_be_vast_costs_no_memory(tmp_path):
    """A weight tensor of one stored number expanded to 4 TB is refused by its shape alone."""
    vast = torch.ones(1, 1).expand(1, 10**12)
    torch.save(LINEAR | {"weight": vast}, tmp_path / "vast.pth")

    with pytest.raises(EncoderMismatchError):
        published_vector("vast", tmp_path / "vast.pth", SPACE, D)


def test_a_whole_model_is_not_read(tmp_path):
    """A file too large for a scoring head, such as a whole model, is refused unread."""
    with (tmp_path / "model.pth").open("wb") as file:
        file.truncate(65 * 2**20)

    with pytest.raises(DamagedWeightsError, match="larger than any head"):
        published_vector("model", tmp_path / "model.pth", SPACE, D)


def test_a_head_of_nothing_has_no_direction(tmp_path):
    """A head whose weights are all zero is refused, because it would rate every photo alike."""
    torch.save(LINEAR | {"weight": torch.zeros(1, D)}, tmp_path / "zero.pth")

    with pytest.raises(DegenerateDirectionError, match=r"zero\.pth"):
        published_vector("zero", tmp_path / "zero.pth", SPACE, D)


def test_a_missing_file_and_a_folder(tmp_path):
    """A missing file, or a folder in place of a file, is refused with an error that names it."""
    (tmp_path / "folder.pth").mkdir()

    with pytest.raises(MissingPathError, match=r"nothing\.pth"):
        published_vector("none", tmp_path / "nothing.pth", SPACE, D)
    with pytest.raises(PhotorankError, match=r"folder\.pth"):
        published_vector("none", tmp_path / "folder.pth", SPACE, D)
