"""What is minimised: residuals of measured curves as a function of a model's free parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import qmc

from toysim.errors import ToysimError
from toysim.measuring.answers import Said, says
from toysim.measuring.curves import Array, Curve
from toysim.model import Model, Side
from toysim.parameters import Parameter

FAR = 1e30  # standard errors off at most, as where nothing is said: its square is a number too
DECADES, TIMES = 1e3, 10.0  # how far from the guess further beginnings lie


@dataclass(frozen=True)
class Scale:
    """One free parameter on the scale that it is fitted on."""

    parameter: Parameter

    @property
    def positive(self) -> bool:
        return self.parameter.range[0] > 0.0

    def of(self, value: float) -> float:
        return math.log(value) if self.positive else value

    def back(self, x: float) -> float:
        """The value, kept in its range from the rounding of the logarithm."""
        low, high = self.parameter.range
        return float(min(max(math.exp(x) if self.positive else x, low), high))

    def slope(self, value: float) -> float:
        """d value / d x."""
        return value if self.positive else 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        low, high = (self.of(end) if math.isfinite(end) else end for end in self.parameter.range)
        return low, high

    def drawn(self, share: float, around: float) -> float:
        """A beginning within three decades of another where the range is positive, else within ten
        times its size, and in the range.
        """
        low, high = self.parameter.range
        if self.positive:
            low, high = max(low, around / DECADES), min(high, around * DECADES)
            return float(low * (high / low) ** share)
        size = TIMES * (abs(around) or 1.0)
        low, high = max(low, around - size), min(high, around + size)
        return low + share * (high - low)


@dataclass(frozen=True)
class Problem:
    """Residuals of curves, in their errors, as a function of the free parameters' scales."""

    model: Model
    curves: list[Curve]
    free: tuple[str, ...]
    fixed: Mapping[str, Any]
    side: Side
    replicas: int
    seed: int

    @property
    def scales(self) -> list[Scale]:
        return [Scale(self.model.parameters[name]) for name in self.free]

    @property
    def weighted(self) -> bool:
        return all(curve.errors is not None for curve in self.curves)

    def refuse_few(self) -> None:
        n = sum(len(curve) for curve in self.curves)
        if n <= len(self.free):
            raise ToysimError(f"data: {n} points for {len(self.free)} free parameters; more needed")
        for curve in self.curves:
            taken = set(curve.parameters) & set(self.free)
            if taken:
                raise ToysimError(f"{taken.pop()} is free and also a column of the data", "free")

    def beginnings(self, guess: Mapping[str, float], n: int) -> list[dict[str, float]]:
        """The guess, and further ones by a Halton sequence."""
        first = {n: float(guess.get(n, self.model.defaults[n])) for n in self.free}
        self.model.validate({**self.fixed, **first})
        further = qmc.Halton(len(self.free), scramble=False).fast_forward(1)
        points = further.random(n - 1) if n > 1 else ()
        return [first, *(self._drawn(point, first) for point in points)]

    def _drawn(self, point: Array, first: Mapping[str, float]) -> dict[str, float]:
        pairs = zip(self.scales, point, strict=True)
        return {s.parameter.name: s.drawn(x, first[s.parameter.name]) for s, x in pairs}

    def values(self, x: Array) -> dict[str, float]:
        return {s.parameter.name: s.back(v) for s, v in zip(self.scales, x, strict=True)}

    def residuals(self, x: Array) -> Array:
        """(said - measured) / error; FAR where nothing is said."""
        return np.concatenate([self._off(curve, self.values(x)) for curve in self.curves])

    def says(self, curve: Curve, values: Mapping[str, float]) -> Said:
        """What the side that is fitted says at the points of a curve."""
        return says(curve, {**self.fixed, **values}, self.side, self.replicas, self.seed)

    def _off(self, curve: Curve, values: Mapping[str, float]) -> Array:
        try:
            said = self.says(curve, values)
        except ToysimError:  # these values clash with one another
            return np.full(len(curve), FAR)
        own = np.ones(len(curve)) if curve.errors is None else curve.errors
        error = np.hypot(own, said.errors) if curve.errors is not None else own
        off = np.clip((said.values - curve.values) / error, -FAR, FAR)
        return np.where(said.valid, off, FAR)

    def slopes(self, x: Array, step: float) -> Array:
        """Derivatives (points, parameters) of the residuals, by central differences in bounds.

        The step is of the default's size, not of x itself: next to zero that would be rounding.
        """
        found = []
        for k, scale in enumerate(self.scales):
            size = max(abs(x[k]), abs(scale.of(self.model.defaults[self.free[k]])), step)
            low, high = (np.clip(x[k] + side * step * size, *scale.bounds) for side in (-1.0, 1.0))
            ends = [self.residuals(np.concatenate([x[:k], [v], x[k + 1 :]])) for v in (low, high)]
            found.append((ends[1] - ends[0]) / (high - low))
        return np.stack(found, axis=1)
