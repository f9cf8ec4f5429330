"""Both saddle points of the perceptron in field space, one task at beta = 5 and a load of 1."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.sides import Engine, sweep_of
from reference.perceptron_field_space import gradient, one_task
from scipy.optimize import root

from toysim.models.perceptron.field_space.measure import task_measure

BETA = 5.0
NAMES = ("replica_overlap", "overlap", "self_overlap")


def rows(tiny: bool) -> Iterator[Row]:
    yield Row(
        "field space: one task",
        "cell",
        1,
        ours,
        {"SciPy, one of the two": Peer(scipy_root)},
        equal_to(1e-6),
    )


def loads() -> Iterator[float]:
    """Another load for every call: the engine remembers what it has solved."""
    return (1.0 + 1e-7 * k for k in count())


def ours() -> Job:
    of = loads()
    fixed = {"beta": BETA, "branch": "low"}
    return lambda: Engine(
        sweep_of("perceptron.field_space", {**fixed, "alpha": next(of)}), "theory"
    )()


def scipy_root() -> Job:
    """A root of the free entropy's gradient, from 2 % off: it is spared the way there."""
    of, saddle = loads(), task_measure(BETA).low(1.0)
    place = [getattr(saddle, name) for name in NAMES]
    start = 1.02 * np.array([*place, *saddle.conjugates])
    slope = partial(gradient, one_task)

    def job() -> dict[str, Any]:
        alpha = next(of)
        found = root(lambda at: slope(at, alpha, BETA, 0.0), start, tol=1e-10).x
        return {name: found[k : k + 1] for k, name in enumerate(NAMES)}

    return job
