"""Time left of a run: told early, whatever compilation and dear parts do. No clock is asked."""

import heapq

import numpy as np
import pytest

import toysim
from toysim.progress import Left
from toysim.runner.execute import in_turns
from toysim.store.layout import Unit


def replayed(units, cost, workers, compiling=0.0, declared=lambda unit: 1.0):
    """(share of the work done, estimate / truth) after each block of a run whose blocks take
    ``cost(unit)`` and whose first block of each part compiles.
    """
    parts = {
        part: [declared(u) for u in units if u.part == part] for part in {u.part for u in units}
    }
    left = Left({part: (len(own), np.mean(own)) for part, own in parts.items()}, workers)
    free, seen, events = [0.0] * workers, set(), []
    for unit in units:
        start = heapq.heappop(free)
        extra = 0.0 if unit.part in seen else compiling
        seen.add(unit.part)
        seconds = cost(unit) + extra
        heapq.heappush(free, start + seconds)
        events.append((start + seconds, unit, seconds, extra))
    end = max(event[0] for event in events)
    total, done = sum(map(cost, units)), 0.0
    for now, unit, seconds, extra in sorted(events, key=lambda event: event[0]):
        block = {"event": "block", "side": unit.part, "wall_seconds": seconds}
        left.done(block | {"compile_seconds": extra, "declared_seconds": declared(unit)})
        done += cost(unit)
        told = left.seconds()
        if end > now:
            yield done / total, told / (end - now)


UNITS = [Unit(part, i, 0) for part in ("simulation", "theory") for i in range(60)]


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("compiling", [0.0, 30.0])
@pytest.mark.parametrize(
    "cost",
    [
        lambda u: 1.0,
        lambda u: 20.0 if u.part == "theory" else 1.0,  # the dear one comes last in a store
        lambda u: 0.1 + 4.0 * (u.i / 60) ** 2,  # cells grow dearer along an axis
    ],
    ids=["even", "dear theory", "dear end"],
)
def test_after_a_tenth_of_the_work_the_estimate_is_within_half(cost, compiling, workers):
    told = list(replayed(in_turns(UNITS), cost, workers, compiling))
    middle = [ratio for share, ratio in told if 0.1 <= share <= 0.8]
    assert len(middle) > 20
    assert min(middle) > 0.5
    assert max(middle) < 1.5


@pytest.mark.parametrize("n", [8, 24, 200])
def test_few_blocks_of_unequal_cost_are_told_apart_by_what_is_declared(n):
    """Three times too little declared, a hundred times dearer at one end."""
    units = in_turns([Unit("simulation", i, 0) for i in range(n)])
    told = replayed(units, lambda u: 3.0 * 100.0 ** (u.i / n), 1, 5.0, lambda u: 100.0 ** (u.i / n))
    assert [ratio for _, ratio in told] == pytest.approx(np.ones(n - 1))


def test_blocks_in_the_order_of_the_store_would_mislead():
    """The check above can fail: simulation first, dear theory last."""
    told = replayed(UNITS, lambda u: 20.0 if u.part == "theory" else 1.0, 1)
    early = [ratio for share, ratio in told if share < 0.04]
    assert max(early) < 0.5


def test_every_unit_has_its_turn_once_and_each_part_begins():
    turns = in_turns(UNITS[:70])
    assert sorted(turns, key=str) == sorted(UNITS[:70], key=str)
    assert {unit.part for unit in turns[:2]} == {"simulation", "theory"}
    assert np.std([u.i for u in turns[:16] if u.part == "simulation"]) > 10


def test_blocks_tell_what_compilation_took():
    events = []
    toysim.sweep("walk.gaussian", drift=[1.0, 2.0], block=1, workers=1, progress=events.append)
    blocks = [e for e in events if e["event"] == "block"]
    assert all(0 <= e["compile_seconds"] <= e["wall_seconds"] for e in blocks)
    (plan, *_) = [e for e in events if e["event"] == "plan"]
    assert {part: n for part, (n, _) in plan["left"].items()} == {"simulation": 2, "theory": 2}
    assert plan["workers"] == 1
