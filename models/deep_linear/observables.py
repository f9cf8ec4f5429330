"""Observables as the models of this family declare them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from toysim.model import Observable
from toysim.models.deep_linear.pathways import MAX_DEPTH
from toysim.records import course

# Where the flow is integrated both sides agree to this; gradient descent is judged by its order.
ACCURATE: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-9, "scale": 1.0}
accurate: Callable[..., Observable] = partial(Observable, **ACCURATE)
accurate_course: Callable[..., Observable] = partial(course, **ACCURATE)


def sharpness(long_name: str) -> Observable:
    """lambda = D K^(2-2/D) moves by less than 2 lambda/K, at most 2 max(lambda, D), times what K
    moves by: that many times the tolerance of K (derived).
    """
    rtol, atol = 2.0 * ACCURATE["rtol"], 2.0 * MAX_DEPTH * ACCURATE["atol"]
    return Observable("sharpness", long_name, "1/t", rtol=rtol, atol=atol, scale=1.0)


def eta_sharpness(dims: tuple[str, ...] = ()) -> Observable:
    """How far gradient descent is from losing its minimum; theory has no step."""
    long_name = "step times sharpness at the end; unstable above 2"
    return Observable("eta_sharpness", long_name, dims=dims, note_above=0.2)
