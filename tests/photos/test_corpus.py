"""Truncated and hostile image files: each is decoded completely or refused."""

from contextlib import suppress

import numpy as np
import pytest

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.decode_limits import DecodeLimits
from photorank.photos.decode_pool import decode_isolated, limit_decoding
from photorank.photos.hash_and_shape import shape_of_file
from photorank.photos.isolated_metadata import embedded_tags, exposure_bias
from photorank.photos.open_photo import decode_photo
from tests.photos.corpus import formats, samples, scans_of_nothing


@pytest.mark.parametrize("suffix", formats())
def test_a_file_that_is_cut_off_is_read_whole_or_refused(suffix):
    """A truncated file is decoded completely or refused, wherever it was cut off."""
    data = formats()[suffix]
    whole = np.asarray(decode_photo(data))
    for size in [*range(0, len(data), 97), *range(len(data) - 9, len(data))]:
        try:
            photo = decode_photo(data[:size])
        except UnreadablePhotoError:
            continue
        assert np.array_equal(np.asarray(photo), whole), size


@pytest.mark.slow  # two seconds of work
@pytest.mark.usefixtures("usual_limits")
def test_a_picture_of_too_many_passes_is_given_up():
    """A small file that would take an hour to decode is refused when the time limit is reached."""
    limit_decoding(DecodeLimits(work_seconds=1))
    with pytest.raises(UnreadablePhotoError, match="takes more than 1 second to decode"):
        decode_isolated(scans_of_nothing(), short_side=224)


@pytest.mark.slow  # every hostile file of the corpus
@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it can read all the same
def test_metadata_of_any_file_are_read_or_refused(tmp_path):
    """Metadata readers survive every hostile sample file and refuse a decompression bomb."""
    path = tmp_path / "photo"
    for sample in samples():
        path.write_bytes(sample.data)
        with suppress(UnreadablePhotoError, MetadataError):
            embedded_tags(path)
        exposure_bias(path)
        shape_of_file(path)
    path.write_bytes(next(one.data for one in samples() if one.name == "bombs/jpeg-65500.jpg"))
    with pytest.raises(UnreadablePhotoError, match="more than 300 megapixels"):
        embedded_tags(path)
