"""Landmarks: the named numbers of a model that people come for, a capacity or a threshold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from toysim.references import loaded

__all__ = ["Landmark", "LandmarkValue"]


@dataclass(frozen=True)
class Landmark:
    """A named number of a model: a function of some of its parameters.

    ``function``: a function or "module:function", loaded on first use; it takes the typed
    parameters and returns a float, or raises ValueError with the reason where there is no such
    number.
    ``parameters``: those it depends on. ``digits``: how many are right. ``where``: for which values
    of the parameters it exists, in words; empty for all. ``seconds`` estimates what it takes, to a
    factor of ten. ``along``: the parameter whose value the number is, if it is one: a map over that
    parameter shows it as a line.
    """

    name: str
    meaning: str
    function: str | Callable[[Any], float]
    parameters: tuple[str, ...] = ()
    unit: str = "1"
    source: str = "derived"
    digits: int = 10
    where: str = ""
    seconds: Callable[[Any], float] = lambda parameters: 1e-2
    along: str = ""

    def load(self) -> Callable[[Any], float]:
        """The function, imported now."""
        function: Callable[[Any], float] = loaded(self.function)
        return function


@dataclass(frozen=True)
class LandmarkValue:
    """A landmark at some parameters; ``value`` is NaN where there is none, and ``reason`` says why.

    ``float(...)`` of it is the value.
    """

    model: str
    landmark: Landmark
    parameters: dict[str, object]
    value: float
    reason: str = ""

    @property
    def valid(self) -> bool:
        return not self.reason

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        """The digits that are right, or why there is no number."""
        return self.reason or f"{self.value:#.{self.landmark.digits}g}"

    def as_dict(self) -> dict[str, object]:
        mark = self.landmark
        return {
            "model": self.model,
            "name": mark.name,
            "parameters": self.parameters,
            "value": self.value,
            "unit": mark.unit,
            "digits": mark.digits,
            "valid": self.valid,
            "reason": self.reason,
            "meaning": mark.meaning,
            "where": mark.where,
            "source": mark.source,
        }
