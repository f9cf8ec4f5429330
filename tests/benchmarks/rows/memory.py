"""The sparse memory beside its synapses as a matrix in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_means
from benchmarks.sides import Engine, sweep_of


def rows(tiny: bool) -> Iterator[Row]:
    size, active, pairs, replicas = (40, 4, 30, 6) if tiny else (512, 9, 3000, 20)
    fixed = {
        "n_inputs": size,
        "n_outputs": size,
        "n_active": active,
        "n_active_outputs": active,
        "cue_size": active,
        "threshold": active,
        "n_pairs": pairs,
    }
    sweep = sweep_of("memory.willshaw", fixed)
    yield Row(
        f"sparse memory: {pairs} pairs of {active} in {size}",
        "pair of a memory",
        pairs * replicas,
        lambda: Engine(sweep, replicas=replicas),
        {"NumPy": Peer(partial(numpy_memory, size, active, pairs, replicas))},
        equal_means(6.0),
    )


def numpy_memory(n: int, k: int, pairs: int, replicas: int) -> Job:
    rng = np.random.default_rng(3)

    def once() -> float:
        synapses = np.zeros((n, n), bool)
        drawn = rng.random((2, pairs, n)).argpartition(k, axis=2)[:, :, :k]
        synapses[drawn[0][:, :, None], drawn[1][:, None, :]] = True
        synapses[:k, :k] = True
        return float(np.mean(synapses[:k, k:].all(axis=0)))

    def job() -> dict[str, Any]:
        return {"false_rate": np.array([once() for _ in range(replicas)])}

    return job
