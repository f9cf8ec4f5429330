"""The theory of modes beside what it predicts: its own simulation of a thousand updates."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Peer, Row, equal_to
from benchmarks.sides import Engine, sweep_of

UPDATES, STEP = 1000, 0.01


def rows(tiny: bool) -> Iterator[Row]:
    for depth in (2, 4):
        for n in (20,) if tiny else (100, 1000, 10_000, 100_000):
            yield _row(depth, n)


def _row(depth: int, n: int) -> Row:
    end = UPDATES * STEP
    sweep = sweep_of(
        "deep_linear.modes",
        {"depth": depth, "duration": end, "step": STEP, "singular_value": 2.0},
        {
            "deficit_length": {"linspace": [0.0, 0.5 * end, n // 10]},
            "layer_start": {"linspace": [0.3, 0.6, 10]},
        },
    )
    return Row(
        f"theory of modes: depth {depth}, cells {n}",
        "cell",
        n,
        lambda: Engine(sweep, "theory"),
        {"its simulation": Peer(lambda: _strengths(sweep))},
        equal_to(0.1, 0.1),  # of the order of the step
        size=n,
        grows="cells",
    )


def _strengths(sweep):
    simulate = Engine(sweep)
    return lambda: {"final_strength": simulate()["final_strength"]}
