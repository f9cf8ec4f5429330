"""Runs whose learning rate follows a schedule: their parameters, and the rates of every row.

NumPy loads with the first rates, so that listing models stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import model_validator

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
_SHAPE = ("n_steps", "warmup_steps", "decay_steps", "final_share")


class Scheduled(Recorded):
    """Peak rate, length, warm-up and decay of a run, and how often it is recorded.

    A model adds ``schedule``, a Literal of those of ``numerics.schedules`` that it takes.
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

    @model_validator(mode="after")
    def _phases_fit(self) -> Scheduled:
        if self.warmup_steps + self.decay_steps > self.n_steps:
            raise ValueError(
                f"warmup_steps + decay_steps = {self.warmup_steps} + {self.decay_steps} exceed "
                f"n_steps = {self.n_steps}; shorten them or raise n_steps"
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

    from toysim.numerics.schedules import learning_rates

    names = batch["schedule"] if schedule is None else schedule
    shapes: dict[tuple[Any, ...], int] = {}
    rows = zip(names.tolist(), *(batch[name].tolist() for name in _SHAPE), strict=True)
    which = np.array([shapes.setdefault(shape, len(shapes)) for shape in rows], np.int64)
    shares = np.zeros((len(shapes), int(batch["n_steps"].max(initial=0))))
    for row, (name, n_steps, *phases) in zip(shares, shapes, strict=True):
        row[:n_steps] = learning_rates(name, 1.0, n_steps, *phases)
    return which, shares
