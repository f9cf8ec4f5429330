"""Runs whose learning rate follows a schedule: their parameters, and the rates of every row.

NumPy loads with the first rates, so that listing models stays quick.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import model_validator

from toysim.errors import ToysimWarning
from toysim.parameters import Vector, parameter
from toysim.records import Recorded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from toysim.batch import Batch

    Array = npt.NDArray[np.float64]

DECAYING = (
    "last updates in which wsd, step and greedy decay; wsd begins with the peak, so 1 is no decay"
)
LARGEST = 1e6
NO_DECAY = "wsd needs decay_steps >= 1; use schedule constant"
ANEW = ("cyclic", "wsd_s")  # schedules that begin anew after every checkpoint

# The profiles of ``numerics.schedules``, for a model's ``schedule``.
Schedule = Literal[
    "constant",
    "linear",
    "cosine",
    "wsd",
    "step",
    "rex",
    "uba",
    "power",
    "exponential",
    "inverse_sqrt",
    "staircase",
    "one_cycle",
    "infinite",
    "cyclic",
    "wsd_s",
]
Decay = Literal["linear", "inverse", "one_minus_sqrt", "exponential", "cosine"]


class Scheduled(Recorded):
    """Peak rate, length, warm-up and decay of a run, and how often it is recorded.

    A model adds ``schedule``, a ``Schedule`` or a Literal of those of them that it takes.
    """

    learning_rate: float = parameter(
        0.1, symbol="eta", meaning="learning rate at its peak", gt=0, le=LARGEST
    )
    rates: Vector = parameter(
        (),
        symbol="eta_t",
        meaning="learning rate of every update, in place of peak and schedule",
    )
    n_steps: int = parameter(1000, symbol="T", meaning="updates", ge=1, le=10**7)
    warmup_steps: int = parameter(
        0, symbol="T_w", meaning="updates of linear warm-up at the beginning", ge=0
    )
    decay_steps: int = parameter(0, symbol="T_d", meaning=DECAYING, ge=0)
    final_share: float = parameter(
        0.0,
        symbol="f",
        meaning="share of the peak that a decay heads for: step is there at once, the others would "
        "be one update after the last",
        ge=0,
        le=1,
    )
    rex_shape: float = parameter(
        0.5, symbol="r", meaning="rex is u/((1 - r) + r u) of u = 1 - z", ge=0, lt=1
    )
    uba_shape: float = parameter(
        1.0, symbol="phi", meaning="uba is 2v/(phi + (2 - phi) v) of the cosine v", gt=0, le=1e6
    )
    decay_power: float = parameter(2.0, symbol="g", meaning="power is (1 - z)^g", ge=0, le=1e3)
    decay_shape: Decay = parameter(
        "linear", symbol="decay", meaning="course of the decay of wsd and wsd_s"
    )
    cooldown_steps: int = parameter(
        0, symbol="T_c", meaning="updates after the warm-up in which infinite cools down", ge=0
    )
    constant_share: float = parameter(
        0.25,
        symbol="q",
        meaning="share of the peak that infinite keeps; its decay heads for final_share of that",
        ge=0,
        le=1,
    )
    checkpoints: tuple[int, ...] = parameter(
        (),
        symbol="T_k",
        meaning="updates after which cyclic and wsd_s begin anew, the last n_steps; none is one",
    )
    decay_share: float = parameter(
        0.1, symbol="d", meaning="wsd_s decays over the last d T_k before T_k", ge=0, le=1
    )
    sampling: int = parameter(
        1, symbol="k", meaning="updates for which a value of the profile is kept", ge=1
    )

    @model_validator(mode="after")
    def _phases_fit(self) -> Scheduled:
        if self.warmup_steps + self.decay_steps > self.n_steps:
            raise ValueError(
                f"warmup_steps + decay_steps = {self.warmup_steps} + {self.decay_steps} exceed "
                f"n_steps = {self.n_steps}; shorten them or raise n_steps"
            )
        return self

    @model_validator(mode="after")
    def _infinite_fits(self) -> Scheduled:
        if getattr(self, "schedule", "") != "infinite" or self.rates:
            return self
        phases = self.warmup_steps + self.cooldown_steps + self.decay_steps
        if phases > self.n_steps:
            raise ValueError(
                f"warmup_steps + cooldown_steps + decay_steps = {phases} exceed n_steps = "
                f"{self.n_steps}; shorten them or raise n_steps"
            )
        if self.decay_steps and self.final_share == 0.0:
            raise ValueError("the decay of schedule infinite needs final_share > 0")
        return self

    @model_validator(mode="after")
    def _decay_fits(self) -> Scheduled:
        schedule = getattr(self, "schedule", "")
        if schedule not in ("wsd", "wsd_s") or self.rates:
            return self
        if self.decay_shape in ("inverse", "exponential") and self.final_share == 0.0:
            raise ValueError(f"decay_shape {self.decay_shape} needs final_share > 0")
        if schedule == "wsd" and self.decay_steps == 0:
            self._without_decay()
        return self

    def _without_decay(self) -> None:
        """wsd that never decays is taken, with a word; a model may refuse it."""
        warnings.warn(NO_DECAY, ToysimWarning, stacklevel=2)

    @model_validator(mode="after")
    def _checkpoints_fit(self) -> Scheduled:
        given = self.checkpoints
        if not given or getattr(self, "schedule", "") not in ANEW:
            return self
        rising = all(a < b for a, b in zip((0, *given), given, strict=False))
        if not rising or given[-1] != self.n_steps:
            raise ValueError(
                f"checkpoints = {list(given)} must rise and end at n_steps = {self.n_steps}"
            )
        return self

    @model_validator(mode="after")
    def _rates_fit(self) -> Scheduled:
        if self.rates and len(self.rates) != self.n_steps:
            raise ValueError(
                f"rates has {len(self.rates)} values; give n_steps = {self.n_steps} of them"
            )
        for t, rate in enumerate(self.rates):
            if not 0.0 <= rate <= LARGEST:
                raise ValueError(f"rates: {rate:g} of update {t} is not in 0..{LARGEST:g}")
        return self


def rates(batch: Batch) -> Iterator[Array]:
    """Learning rates (n_steps,) of the rows in turn."""
    which, shares = rate_shares(batch)
    for k, peak, n in zip(which, share_units(batch), batch["n_steps"], strict=True):
        yield peak * shares[k, :n]


def peak_rates(batch: Batch) -> Array:
    """Largest rate (n_rows,) of every row."""
    given = batch["rates"]
    return given.max(axis=1) if given.size else batch["learning_rate"]


def share_units(batch: Batch) -> Array:
    """What ``rate_shares`` are shares of (n_rows,): the peak, or 1 where rates are given."""
    import numpy as np

    return np.ones(len(batch)) if batch["rates"].size else batch["learning_rate"]


def rate_shares(
    batch: Batch, schedule: npt.NDArray[np.str_] | None = None
) -> tuple[npt.NDArray[np.int64], Array]:
    """Shares of the peak rate (n_shapes, T), and which of them a row follows (n_rows,); rates as
    given are shares of 1. ``schedule`` (n_rows,) replaces the names.

    Each distinct shape is computed once; 0 after its end, where another row's run is longer.
    """
    import numpy as np

    if batch["rates"].size:
        distinct, which = np.unique(batch["rates"], axis=0, return_inverse=True)
        return which.reshape(-1), distinct

    from toysim.numerics.schedules import Shape, shares

    names = batch["schedule"] if schedule is None else schedule
    distinct_shapes: dict[tuple[Any, ...], int] = {}
    columns = (batch.listed(name) for name in Shape._fields[1:])
    rows = zip(names.tolist(), *columns, strict=True)
    followed = [distinct_shapes.setdefault(row, len(distinct_shapes)) for row in rows]
    given = np.zeros((len(distinct_shapes), int(batch["n_steps"].max(initial=0))))
    for row, shape in zip(given, distinct_shapes, strict=True):
        row[: shape[1]] = shares(Shape(*shape))
    return np.array(followed, np.int64), given
