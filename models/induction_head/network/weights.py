"""Weights of the network: their arrays, start and update."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from toysim.jit import kernel
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.numerics.flat import parts

DTYPES = {"single": np.float32, "double": np.float64}
QUERY, KEY, VALUE = 0, 1, 2


class Weights(NamedTuple):
    """All that is trained, or its gradient.

    attention (2, 3, d, d)   Q, K, V of both layers
    hidden    (H, d, d)      ReLU layers of the classifier
    bias      (H,)           one number a layer
    output    (L, d)
    """

    attention: Any
    hidden: Any
    bias: Any
    output: Any


def draw_weights(p: NetworkParameters, generator: np.random.Generator) -> Weights:
    """Q, K, V ~ N(0, 1/D), hidden ~ N(0, 2/d), biases and output ~ N(0, 1/d); drawn in double
    precision. Or as given.
    """
    if p.start_weights:
        draws = parts(p.start_weights, p.shapes)
    else:
        variances = (1 / p.dimension, 2 / p.width, 1 / p.width, 1 / p.width)
        each = zip(p.shapes, variances, strict=True)
        draws = [generator.normal(scale=v**0.5, size=shape) for shape, v in each]
    return Weights(*(draw.astype(DTYPES[p.precision]) for draw in draws))


@kernel
def descend(weights: Weights, gradient: Weights, rate: float, decay: float) -> None:
    """w <- (1 - decay) w - rate dw, in place; decay and rate a step."""
    for w, dw in (
        (weights.attention.reshape(-1), gradient.attention.reshape(-1)),
        (weights.hidden.reshape(-1), gradient.hidden.reshape(-1)),
        (weights.bias, gradient.bias),
        (weights.output.reshape(-1), gradient.output.reshape(-1)),
    ):
        for i in range(len(w)):
            w[i] = (1.0 - decay) * w[i] - rate * dw[i]
