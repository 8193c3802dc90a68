import pytest

from photorank.errors import LabelsError
from photorank.index.judging.click_log import clicks, undo
from photorank.index.judging.marks import KEEP, LEAVE_OUT, NO_FLAG, Mark, marks_of, record_marks
from photorank.index.opened import Index
from photorank.workspace import IndexPaths


@pytest.fixture
def paths(home):
    """Paths of the files of the index `small`."""
    return IndexPaths(home / "index" / "small")


@pytest.fixture
def digests(paths):
    """Digests of all photos of the index `small`."""
    return Index.open(paths).digests()


def test_marks_are_kept_in_their_order_and_by_person(paths, digests):
    """For each person, only the last flag and the last stars given to a photo count."""
    first, second, third = digests[:3]
    marks = [
        Mark(first[:16], "stars", 2),
        Mark(first[:16], "stars", 4),
        Mark(first, "flag", KEEP),
        Mark(second, "flag", KEEP),
        Mark(second, "flag", LEAVE_OUT),
        Mark(third, "flag", KEEP),
        Mark(third, "flag", NO_FLAG),
    ]
    assert record_marks(paths, "ann", marks) == 0
    assert marks_of(paths, "ann") == {first: (KEEP, 4), second: (LEAVE_OUT, 0)}
    assert marks_of(paths, "bob") == {}


def test_the_same_marks_again_change_nothing(paths, digests):
    """If the same stars are sent twice, one click is stored, and a single undo removes it."""
    marks = [Mark(digests[0], "stars", 3)]
    record_marks(paths, "ann", marks)
    record_marks(paths, "ann", marks)
    assert clicks(Index.open(paths), "ann").stars.tolist() == [3.0]
    undo(paths, "ann")
    assert marks_of(paths, "ann") == {}


def test_a_photo_that_is_gone_costs_no_other_its_mark(paths, digests):
    """A flag on a missing photo is counted as not saved; flags on other photos are saved."""
    assert record_marks(paths, "ann", [Mark("f" * 16, "flag", 1), Mark(digests[0], "flag", 1)]) == 1
    assert list(marks_of(paths, "ann")) == [digests[0]]


@pytest.mark.parametrize("mark", [("stars", 6), ("stars", -1), ("flag", 2)])
def test_what_is_no_mark_is_refused_before_anything_is_written(paths, digests, mark):
    """If one flag or star rating in a batch is invalid, nothing of the batch is saved."""
    with pytest.raises(LabelsError):
        record_marks(paths, "ann", [Mark(digests[0], "stars", 5), Mark(digests[1], *mark)])
    assert marks_of(paths, "ann") == {}
