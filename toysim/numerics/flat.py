"""Weights of several arrays handed in as one list of numbers, array by array, row by row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Shapes = Sequence[tuple[int, ...]]


def refuse_misfit(name: str, values: Sequence[float], shapes: Shapes) -> None:
    """Raise ValueError unless ``values`` fill arrays of these shapes; none at all are fine."""
    wanted = sum(math.prod(shape) for shape in shapes)
    if values and len(values) != wanted:
        layout = ", ".join("x".join(map(str, shape)) for shape in shapes[:8])
        more = ", ..." if len(shapes) > 8 else ""
        raise ValueError(
            f"{name} holds {len(values)} numbers; give {wanted}: {layout}{more}, one after the "
            "other, row by row"
        )


def parts(values: Sequence[float], shapes: Shapes) -> list[Any]:
    """The arrays, of float64."""
    import numpy as np

    ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
    pieces = np.split(np.array(values, np.float64), ends)
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]
