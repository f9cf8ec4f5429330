"""Observables as the models of this family declare them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from toysim.model import Observable
from toysim.records import course

# Where the flow is integrated both sides agree to this; gradient descent is judged by its order.
ACCURATE: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-9, "scale": 1.0}
accurate: Callable[..., Observable] = partial(Observable, **ACCURATE)
accurate_course: Callable[..., Observable] = partial(course, **ACCURATE)


def eta_sharpness(dims: tuple[str, ...] = ()) -> Observable:
    """How far gradient descent is from losing its minimum; theory has no step."""
    long_name = "step times sharpness at the end; unstable above 2"
    return Observable("eta_sharpness", long_name, dims=dims, note_above=0.2)
