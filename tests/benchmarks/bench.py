"""A row of the benchmark: our work and its peers', held equal first, then timed in turns.

Both sides do the same job and return the same outputs, as mappings from names to arrays. Peers are
made when they are asked for, so that one whose package is absent is skipped by its name.
"""

from __future__ import annotations

import math
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from benchmarks.limits import Amount

Outputs = Mapping[str, Any]
Job = Callable[[], Outputs]
Same = Callable[[Outputs, Outputs], float]

SHORTEST = 0.02  # seconds a timing lasts at least, so that clocks and calls do not show
LONGEST = 4.0  # seconds after which a side sits out the turns that are left


def equal_to(rtol: float, atol: float = 0.0) -> Same:
    """Outputs of the same names lie within the tolerance; the largest difference is returned."""
    return partial(_largest_difference, rtol, atol)


def _largest_difference(rtol: float, atol: float, ours: Outputs, theirs: Outputs) -> float:
    """Relative to each output's largest value, or to where atol takes over from rtol."""
    worst, least = 0.0, max(atol / rtol, 1e-300)
    for name, other in theirs.items():
        a, b = np.asarray(ours[name], float), np.asarray(other, float)
        np.testing.assert_allclose(a, b, rtol, atol, err_msg=name)
        apart = np.nanmax(np.abs(a - b), initial=0.0)
        worst = max(worst, float(apart / max(np.nanmax(np.abs(b), initial=0.0), least)))
    return worst


def equal_means(errors: float = 5.0) -> Same:
    """Outputs (replicas, ...) of different draws have equal means, within standard errors."""

    def same(ours: Outputs, theirs: Outputs) -> float:
        for name, other in theirs.items():
            a, b = np.asarray(ours[name], float), np.asarray(other, float)
            error = np.sqrt(a.var(0) / len(a) + b.var(0) / len(b)) + 1e-12 * np.abs(a.mean(0))
            apart = np.abs(a.mean(0) - b.mean(0)) / error
            assert apart.max() < errors, f"{name}: {apart.max():.1f} standard errors apart"
        return math.nan

    return same


@dataclass(frozen=True)
class Peer:
    """``make`` imports, compiles and returns the job; a peer of another precision than the row's
    is shown and not counted.
    """

    make: Callable[[], Job]
    precision: str = "float64"


@dataclass(frozen=True)
class Row:
    """``size`` in ``grows`` (cells, updates, width) is the abscissa of a growth curve.

    ``same`` is None where there are no outputs to compare: commands that ran to their end.
    ``told``: outputs of ours that are numbers worth telling (peak memory), not results.
    """

    name: str
    unit: str
    units: float
    ours: Callable[[], Job]
    peers: Mapping[str, Peer] = field(default_factory=dict)
    same: Same | None = field(default_factory=lambda: equal_to(1e-8))
    precision: str = "float64"
    size: int = 1
    grows: str = ""
    floor: tuple[Amount, ...] = ()
    clock: str = "processor"
    turns: int = 1000  # at most
    told: tuple[str, ...] = ()


class Seconds(NamedTuple):
    """Of one job, on both clocks; the processor's counts child processes."""

    processor: float
    wall: float


@dataclass
class Result:
    """What a row gave: seconds of a job by side and turn, differences, absent peers, quarrels."""

    row: Row
    times: dict[str, list[Seconds]] = field(default_factory=dict)
    differences: dict[str, float] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    quarrels: dict[str, str] = field(default_factory=dict)
    reached: float = math.nan
    told: dict[str, float] = field(default_factory=dict)
    failure: str = ""  # what our own side ended with; then nothing is timed

    def seconds(self, side: str) -> list[float]:
        """Of each turn, on the row's clock."""
        return [getattr(each, self.row.clock) for each in self.times[side]]

    def median(self, side: str = "toysim") -> float:
        return statistics.median(self.seconds(side))

    def ratios(self, peer: str) -> list[float]:
        """Peer's time over ours, turn by turn: above 1 we are faster."""
        pairs = zip(self.seconds(peer), self.seconds("toysim"), strict=False)
        return [theirs / ours for theirs, ours in pairs]

    @property
    def counted(self) -> list[str]:
        """Peers of the row's precision, the fastest first."""
        precise = [n for n in self.times if n != "toysim" and self._precision(n)]
        return sorted(precise, key=self.median)

    def _precision(self, peer: str) -> bool:
        return self.row.peers[peer].precision == self.row.precision


def processor_seconds() -> float:
    """Of this process with all its threads, and of the children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def timed(job: Job, repeats: int) -> Seconds:
    """Mean of some calls."""
    processor, wall = processor_seconds(), time.perf_counter()
    for _ in range(repeats):
        job()
    wall = time.perf_counter() - wall
    return Seconds((processor_seconds() - processor) / repeats, wall / repeats)


def measured(row: Row, turns: int) -> Result:
    """Results held against each other, then all sides warm and in turns."""
    result = Result(row)
    try:
        jobs = {"toysim": row.ours()}
        ours = jobs["toysim"]()
    except Exception as error:  # of whatever kind: the other rows go on
        result.failure = _line(error)
        return result
    result.told = {name: float(ours[name]) for name in row.told}
    for name, peer in row.peers.items():
        try:
            jobs[name] = peer.make()
            theirs = jobs[name]()
            if row.same is not None:
                result.differences[name] = row.same(ours, theirs)
        except ImportError:
            result.absent.append(name)
        except Exception as error:
            result.quarrels[name] = _line(error)
            jobs.pop(name, None)
    result.times = timed_in_turns(jobs, min(turns, row.turns))
    if row.floor:
        least = sum(amount.seconds() for amount in row.floor)
        result.reached = least / min(result.seconds("toysim"))
    return result


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def timed_in_turns(jobs: Mapping[str, Job], turns: int) -> dict[str, list[Seconds]]:
    """Every side once a turn, as often in a row as makes the shortest timing."""
    warm = {name: timed(job, 1).wall for name, job in jobs.items()}
    repeats = {name: max(1, math.ceil(SHORTEST / seconds)) for name, seconds in warm.items()}
    times: dict[str, list[Seconds]] = {name: [] for name in jobs}
    for turn in range(turns):
        for name, job in jobs.items():
            if turn == 0 or turn * warm[name] < LONGEST:
                times[name].append(timed(job, repeats[name]))
    return times
