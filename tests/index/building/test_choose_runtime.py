"""What runs the encoder while an index is built."""

import pytest
from PIL import Image

from photorank.errors import EncoderError
from photorank.index.building.decode_ahead import batch_size_for
from tests.fixtures.colours import ColourEncoder, fill


class SwitchableColours(ColourEncoder):
    """An encoder that remembers what was chosen, and on which frames."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.chosen = []
        self.runtime = "plain"

    def choose_runtime(self, runtime, frames):
        """Remember it."""
        self.chosen.append((runtime, [frame.tobytes() for frame in frames]))
        self.runtime = f"{runtime}, measured"


@pytest.fixture
def switchable(library):
    """Return a library whose encoder has a choice of runtimes."""

    def load(spec, *, framing=None, device="auto"):
        library.encoders.append(SwitchableColours(spec, framing=framing, device=device))
        return library.encoders[-1]

    library.load = load
    return library


def test_a_runtime_is_measured_on_photos_from_all_over_the_folder(switchable):
    """Sixteen different photos decide, spread evenly; the manifest says what was chosen."""
    files = fill(switchable.folder, 31)
    switchable.build(runtime="torch")

    encoder = switchable.encoders[0]
    [(chosen, frames)] = encoder.chosen
    assert chosen == "torch"
    assert frames == [encoder.prepare(Image.open(file))[0].tobytes() for file in files[::2]]
    assert switchable.index.manifest.runtime == "torch, measured"
    assert encoder.encoded == 31


def test_few_photos_are_embedded_before_a_measurement_would_pay(switchable):
    """Auto leaves few photos to the encoder as it is, and measures for many."""
    fill(switchable.folder, 29)
    switchable.build(few_photos=30)
    assert switchable.encoders[0].chosen == []
    assert switchable.index.manifest.runtime == "plain"

    fill(switchable.folder, 30, start=1000)
    switchable.build(few_photos=30)
    assert [chosen for chosen, _ in switchable.encoders[1].chosen] == ["auto"]
    assert switchable.index.manifest.runtime == "auto, measured"


def test_nothing_new_needs_no_runtime(switchable):
    """A folder that is as it was loads no encoder; renamed photos choose no runtime."""
    [first, *_] = fill(switchable.folder, 4)
    switchable.build(runtime="torch")
    switchable.build(runtime="openvino")
    first.rename(first.with_name("renamed.png"))
    switchable.build(runtime="openvino")

    assert [chosen for one in switchable.encoders for chosen, _ in one.chosen] == ["torch"]
    assert switchable.index.manifest.runtime == "torch, measured"


def test_an_encoder_without_a_choice_refuses_one(library):
    """A runtime that is asked for is never ignored."""
    fill(library.folder, 4)
    with pytest.raises(EncoderError, match="colours has no choice of runtimes"):
        library.build(runtime="openvino")


def test_batches_grow_with_the_cores_and_not_without_bound():
    """Two rounds for each core, at least what keeps a GPU busy, at most some hundred photos."""
    assert [batch_size_for(cores) for cores in (1, 2, 4, 16, 128)] == [32, 32, 64, 256, 256]
