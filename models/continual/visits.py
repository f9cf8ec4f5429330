"""Which task a learner visits when: the parameters of sequences, arrivals and rehearsal."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Clock, Recorded, recording

Sequence = Literal["once", "cyclic", "blocked", "uniform", "recency", "given"]
Rehearsal = Literal["none", "uniform", "power", "exponential", "balanced"]

VISITS = Clock("visit", "visits", end=lambda p: p.n_visits, whole=True)


class Visits(Recorded):
    """Tasks 0..K-1, and the sequence of visits to them.

    A model adds ``n_samples`` and ``dimension``: ``balanced`` makes up for the share
    1 - n_samples/dimension of the old that a visit keeps. One with ``imbalance`` draws ``uniform``
    visits in proportion to (j+1)^-imbalance.
    """

    n_records: int = recording(5)
    n_tasks: int = parameter(4, symbol="K", meaning="tasks 0..K-1", ge=1, le=64)
    n_visits: int = parameter(
        4, symbol="T", meaning="visits, each to one task; K V with arrival", ge=1, le=10_000
    )
    sequence: Sequence = parameter(
        "once",
        symbol="sequence",
        meaning="each task once, in turn, in K blocks, at random, at random by the power of the "
        "time since the last visit (a task not yet visited: since visit -j), or as in order",
    )
    order: tuple[int, ...] = parameter(
        (),
        symbol="j(k)",
        meaning="task of every visit, for given; a permutation for once, none is 0..K-1",
    )
    arrival: bool = parameter(
        False,
        symbol="arrival",
        meaning="tasks arrive one a phase: phase p has tasks 0..p-1; sequence is then not read",
    )
    phase_visits: int = parameter(
        1, symbol="V", meaning="visits of a phase, with arrival", ge=1, le=10_000
    )
    rehearsal: Rehearsal = parameter(
        "none",
        symbol="rehearsal",
        meaning="weights of the tasks in a phase, with arrival: the newest alone, equal, by the "
        "power or the exponential of the lag (1 for the newest), or so that all are kept equally",
    )
    exponent: float = parameter(
        1.0, symbol="g", meaning="power of the lag in power and recency", ge=0, le=100
    )
    decay: float = parameter(
        3.0,
        symbol="tau",
        unit="phases",
        meaning="lag of exponential over which a weight falls e-fold",
        gt=0,
        le=1e6,
    )

    @model_validator(mode="after")
    def _visits_fit(self) -> Visits:
        if self.arrival:
            self._arrival_fits()
        elif self.sequence == "once" and self.n_visits != self.n_tasks:
            raise ValueError(
                f"n_visits = {self.n_visits}: once visits each of n_tasks = {self.n_tasks} tasks "
                "once; make them equal or choose another sequence"
            )
        return self

    def _arrival_fits(self) -> None:
        needed = self.n_tasks * self.phase_visits
        if self.n_visits != needed:
            raise ValueError(
                f"n_visits = {self.n_visits}: with arrival, n_tasks = {self.n_tasks} phases of "
                f"phase_visits = {self.phase_visits} visits take n_visits = {needed}"
            )

    @model_validator(mode="after")
    def _order_fits(self) -> Visits:
        reads = not self.arrival and self.sequence in ("once", "given")
        if self.order and not reads:
            raise ValueError("order is read with sequence once or given, without arrival")
        if reads and (self.order or self.sequence == "given"):
            self._is_an_order()
        return self

    def _is_an_order(self) -> None:
        given, last = self.order, self.n_tasks - 1
        for task in given:
            if not 0 <= task <= last:
                raise ValueError(f"order = {given}: {task} is no task; give numbers in 0..{last}")
        if len(given) != self.n_visits:
            raise ValueError(
                f"order has {len(given)} tasks; give n_visits = {self.n_visits} of them"
            )
        missing = sorted(set(range(self.n_tasks)) - set(given))
        if self.sequence == "once" and missing:
            raise ValueError(
                f"order = {given}: task {missing[0]} is never visited; give each of 0..{last} "
                "once, or sequence = 'given'"
            )

    @property
    def drawn(self) -> bool:
        """Whether the sequence is another one in every replica."""
        if self.arrival:
            return self.rehearsal != "none"
        return self.sequence in ("uniform", "recency")
