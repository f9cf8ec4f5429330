"""Lists drawn where a model takes them: lengths that its sizes suggest, entries of several kinds.

Which shapes fit only the model knows, when it validates: a few are tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from toysim.parameters import Parameter

LONGEST = 64
TRIES = 30

Sizes = list[int]


def lengths(values: Mapping[str, Any]) -> Sizes:
    """1 to 3, the values that are numbers, and their products, up to ``LONGEST``."""
    numbers = [x for x in values.values() if isinstance(x, int | float) and abs(x) <= LONGEST]
    whole = [x for x in numbers if float(x).is_integer()]
    products = [x * y for x, y in combinations(numbers, 2) if x in whole or y in whole]
    found = {round(x) for x in (1, 2, 3, *whole, *products)}
    return sorted(n for n in found if 1 <= n <= LONGEST)


def drawn(
    p: Parameter, sizes: Sizes, takes: Callable[[Any], bool], rng: np.random.Generator
) -> Any | None:
    """A list that the model ``takes``; None where none of those tried is."""
    for _ in range(TRIES):
        shape = tuple(int(n) for n in rng.choice(sizes, p.ndim))
        value = nested(entries(p, shape, rng).tolist())
        if takes(value):
            return value
    return None


def entries(p: Parameter, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    """Numbers of either sign, positive ones, those in order, shares of 1, or whole numbers."""
    if p.kind == "int":
        return rng.integers(0, max(shape) + 1, shape)
    kind, scale = rng.integers(4), 10.0 ** rng.uniform(-2.0, 1.0)
    z = scale * rng.standard_normal(shape)
    values = (z, np.abs(z), np.sort(np.abs(z)), np.abs(z) / max(np.abs(z).sum(), 1e-12))[kind]
    low, high = p.range
    if math.isfinite(low) and math.isfinite(high) and rng.random() < 0.5:
        return rng.uniform(low, high, shape)
    return np.clip(values, low, high)


def nested(value: Any) -> Any:
    """Lists as tuples."""
    return tuple(nested(entry) for entry in value) if isinstance(value, list) else value
