"""The family's landmarks as functions of a model's parameters; each is a closed form."""

from __future__ import annotations

from typing import Any

from toysim.models.deep_linear import closed_forms as forms
from toysim.models.deep_linear.stability import UNSTABLE_ABOVE, sharpness_at_end


def stable_step(p: Any) -> float:
    """Largest step at which descent settles where one pathway alone has learned the mode."""
    offsets = (0.0, *(p.layer_offset,) * (p.depth - 1))
    return UNSTABLE_ABOVE / sharpness_at_end(p.singular_value, offsets)


def shared_stable_step(p: Any) -> float:
    """Largest step at which descent settles where balanced pathways share the mode evenly."""
    return forms.stable_step(p.singular_value, p.depth, p.n_pathways)


def network_stable_step(p: Any) -> float:
    """2 over the sharpness where one pathway alone has learned all modes."""
    if p.nonlinearity != "linear":
        raise ValueError(f"nonlinearity = {p.nonlinearity}: known for linear networks; give linear")
    return float(UNSTABLE_ABOVE / p.sharpness_at_end)


def completion_safe_step(p: Any) -> float:
    """2 over a bound on the sharpness of the solution."""
    return float(UNSTABLE_ABOVE / p.most_sharpness)


def half_time(p: Any) -> float:
    """Flow time from the start, balanced and even, to half of the mode."""
    strength = p.start_strength or p.layer_start**p.depth
    start, end = p.n_pathways * strength, 0.5 * p.singular_value
    if p.layer_offset > 0.0 or not 0.0 < start < end:
        raise ValueError(
            "the start is not balanced, not positive or above half of the mode; give "
            "layer_offset = 0 and start_strength between 0 and singular_value / (2 n_pathways)"
        )
    time = forms.learning_time(start, end, p.singular_value, p.depth, p.n_pathways)
    return float(time)
