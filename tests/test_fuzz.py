"""Runs of the fuzz targets on seed inputs and on random mutations of these inputs."""

import random

import pytest

from fuzz.targets import TARGETS

MUTANTS = 40  # of each seed


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it can read all the same
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_reads_or_refuses_whatever_comes(name):
    """A fuzz input, intact or mutated, is either read or refused with a photorank error."""
    target, rng = TARGETS[name], random.Random(0)  # noqa: S311
    seeds = list(target.seeds())
    assert seeds
    for seed in seeds:
        target(seed)
        for _ in range(MUTANTS):
            data = bytearray(seed)
            for _ in range(rng.randint(1, 4)):
                at = rng.randrange(len(data) + 1)
                match rng.randrange(4):
                    case 0:
                        data[at : at + 4] = rng.randbytes(rng.randint(0, 8))
                    case 1:
                        del data[at : at + rng.randint(1, 64)]
                    case 2:
                        data[at:at] = data[at : at + rng.randint(1, 64)]
                    case _:
                        other = rng.choice(seeds)
                        start = rng.randrange(len(other))
                        data[at : at + 16] = other[start : start + 16]
            target(bytes(data))
