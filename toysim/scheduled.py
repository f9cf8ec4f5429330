"""Runs whose learning rate follows a schedule: their parameters, and the rates of every row.

NumPy loads with the first rates, so that listing models stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import model_validator

from toysim.parameters import parameter
from toysim.records import Recorded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from toysim.batch import Batch

    Array = npt.NDArray[np.float64]

DECAYING = (
    "last updates in which wsd, step and greedy decay; wsd begins with the peak, so 1 is no decay"
)
_SHAPE = ("n_steps", "warmup_steps", "decay_steps", "final_share")


class Scheduled(Recorded):
    """Peak rate, length, warm-up and decay of a run, and how often it is recorded.

    A model adds ``schedule``, a Literal of those of ``numerics.schedules`` that it takes.
    """

    learning_rate: float = parameter(
        0.1, symbol="eta", meaning="learning rate at its peak", gt=0, le=1e6
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


def rates(batch: Batch, schedule: npt.NDArray[np.str_] | None = None) -> Iterator[Array]:
    """Learning rates (n_steps,) of the rows in turn; ``schedule`` (n_rows,) replaces the names."""
    which, shares = rate_shares(batch, schedule)
    for k, peak, n in zip(which, batch["learning_rate"], batch["n_steps"], strict=True):
        yield peak * shares[k, :n]


def rate_shares(
    batch: Batch, schedule: npt.NDArray[np.str_] | None = None
) -> tuple[npt.NDArray[np.int64], Array]:
    """Shares of the peak rate (n_shapes, T), and which of them a row follows (n_rows,).

    Each distinct shape is computed once; 0 after its end, where another row's run is longer.
    """
    import numpy as np

    from toysim.numerics.schedules import learning_rates

    names = batch["schedule"] if schedule is None else schedule
    shapes: dict[tuple[Any, ...], int] = {}
    rows = zip(names.tolist(), *(batch[name].tolist() for name in _SHAPE), strict=True)
    which = np.array([shapes.setdefault(shape, len(shapes)) for shape in rows], np.int64)
    shares = np.zeros((len(shapes), int(batch["n_steps"].max(initial=0))))
    for row, (name, n_steps, *phases) in zip(shares, shapes, strict=True):
        row[:n_steps] = learning_rates(name, 1.0, n_steps, *phases)
    return which, shares
