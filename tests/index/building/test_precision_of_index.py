"""Tests of the encoder's runtime, precision and batch size while an index is built."""

from dataclasses import replace

import pytest
from PIL import Image

from photorank.errors import EncoderError
from photorank.index.building.batch_size import batch_size_for
from photorank.index.manifest import write_manifest
from tests.fixtures.colours import ColourEncoder, fill


class SwitchableColours(ColourEncoder):
    """Encoder for tests that records every change of its inference engine and precision."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.chosen = []
        self.runtime = "torch 1 fp32 on cpu"
        self.kept = []

    def choose_runtime(self, runtime, frames):
        """Append the given arguments to `self.chosen`, and set `self.runtime`."""
        self.chosen.append((runtime, [frame.tobytes() for frame in frames]))
        self.runtime = f"{runtime} 1 bf16 on cpu"

    def set_precision(self, precision):
        """Record the given precision, and write it into the name of the runtime."""
        self.kept.append(precision)
        self.runtime = f"torch 1 {precision.split()[-1]} on cpu"


@pytest.fixture
def switchable(library):
    """Photo library for tests, whose encoder can change its inference engine."""

    def load(spec, *, framing=None, device="auto"):
        library.encoders.append(SwitchableColours(spec, framing=framing, device=device))
        return library.encoders[-1]

    library.load = load
    return library


@pytest.mark.slow
def test_a_runtime_is_measured_on_photos_from_all_over_the_folder(switchable):
    """An encoder's inference library is tested on sixteen photos spread evenly over the folder."""
    files = fill(switchable.folder, 31)
    switchable.build(runtime="torch")

    encoder = switchable.encoders[0]
    [(chosen, frames)] = encoder.chosen
    assert chosen == "torch"
    assert frames == [encoder.prepare(Image.open(file)).frames[0].tobytes() for file in files[::2]]
    assert switchable.index.manifest.runtime == "torch 1 bf16 on cpu"
    assert switchable.index.manifest.precision == "torch bf16"
    assert encoder.encoded == 31


@pytest.mark.slow
def test_the_precision_is_chosen_once(switchable):
    """An index begun at full precision stays at full precision when more photos are added."""
    fill(switchable.folder, 29)
    switchable.build(few_photos=30)
    assert switchable.encoders[0].chosen == []
    assert switchable.index.manifest.precision == "fp32"

    fill(switchable.folder, 30, start=1000)
    switchable.build(few_photos=30)
    assert switchable.encoders[1].chosen == []
    assert switchable.encoders[1].kept[0] == "fp32"
    assert switchable.index.manifest.precision == "fp32"


@pytest.mark.slow
def test_many_photos_are_worth_a_measurement_and_later_ones_keep_its_result(switchable):
    """The float precision that is chosen while indexing many photos is kept for later photos."""
    fill(switchable.folder, 31)
    switchable.build(few_photos=30)
    assert [chosen for chosen, _ in switchable.encoders[0].chosen] == ["auto"]
    assert switchable.index.manifest.precision == "auto bf16"

    fill(switchable.folder, 1, start=1000)
    switchable.build(few_photos=30)
    assert switchable.encoders[1].chosen == []
    assert switchable.encoders[1].kept[0] == "auto bf16"


@pytest.mark.slow
def test_another_precision_is_refused(switchable):
    """Adding photos in another precision is refused, and the error names the index's precision."""
    fill(switchable.folder, 29)
    switchable.build(few_photos=30)
    fill(switchable.folder, 1, start=1000)

    with pytest.raises(EncoderError, match=r"was embedded in fp32.*--runtime openvino.*--name"):
        switchable.build(runtime="openvino")
    assert len(switchable.index) == 29


@pytest.mark.slow
def test_an_older_index_keeps_the_precision_of_its_runtime(switchable):
    """If an old index stores no precision, the precision is read from its runtime string."""
    fill(switchable.folder, 4)
    switchable.build()
    paths, manifest = switchable.paths, switchable.index.manifest
    old = replace(manifest, precision="", runtime="torch 2 bf16 on cpu", photos=600)
    write_manifest(paths, old)
    assert old.embedded_in == "torch bf16"
    assert old.may_mix_precisions
    assert not manifest.may_mix_precisions

    fill(switchable.folder, 1, start=1000)
    switchable.build()

    assert switchable.index.manifest.precision == "torch bf16"
    assert switchable.encoders[-1].kept == ["torch bf16"]


@pytest.mark.slow
def test_nothing_new_needs_no_runtime(switchable):
    """If photos are unchanged or only renamed, indexing chooses no new runtime."""
    [first, *_] = fill(switchable.folder, 4)
    switchable.build(runtime="torch")
    switchable.build(runtime="openvino")
    first.rename(first.with_name("renamed.png"))
    switchable.build(runtime="openvino")

    assert [chosen for one in switchable.encoders for chosen, _ in one.chosen] == ["torch"]
    assert switchable.index.manifest.runtime == "torch 1 bf16 on cpu"


def test_an_encoder_without_a_choice_refuses_one(library):
    """If an encoder has no choice of runtimes, a requested runtime is refused with an error."""
    fill(library.folder, 4)
    with pytest.raises(EncoderError, match="colours has no choice of runtimes"):
        library.build(runtime="openvino")


def test_batches_grow_with_the_cores_and_not_without_bound():
    """A batch has 16 photos for each core, but at least 32 and at most 256."""
    assert [batch_size_for(cores) for cores in (1, 2, 4, 16, 128)] == [32, 32, 64, 256, 256]
