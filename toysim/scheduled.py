"""Runs whose learning rate follows a schedule: their parameters, and the rates of every row.

NumPy loads with the first rates, so that listing models stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pydantic import model_validator

from toysim.parameters import parameter
from toysim.records import Recorded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from toysim.batch import Batch

    Array = npt.NDArray[np.float64]

_SHAPE = ("learning_rate", "n_steps", "warmup_steps", "decay_steps", "final_share")


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
    decay_steps: int = parameter(
        0, symbol="T_d", meaning="last updates in which wsd, step and greedy decay", ge=0
    )
    final_share: float = parameter(
        0.0, symbol="f", meaning="last learning rate as a share of the peak", ge=0, le=1
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
    """Learning rates (n_steps,) of the rows in turn; ``schedule`` (n_rows,) replaces the names.

    Rows of equal schedules share an array: copy it before writing to it.
    """
    names = batch["schedule"] if schedule is None else schedule
    for values in zip(names.tolist(), *(batch[name].tolist() for name in _SHAPE), strict=True):
        yield _remembered()(*values)


@cache
def _remembered() -> Callable[..., Array]:
    """16 schedules of 10^7 updates fill a gigabyte; rows of one schedule lie side by side."""
    from toysim.numerics.schedules import learning_rates

    return lru_cache(maxsize=16)(learning_rates)
