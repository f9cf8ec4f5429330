"""Landmarks of the nested logits as functions of their parameters.

The cliff's bracket is for three logits from the origin with equal mobilities and m = N competitors;
it is checked, not proven, for N >= 8 and 2N <= L <= 64N.
"""

from __future__ import annotations

import math
from typing import Any

from toysim.models.induction_head.logits import closed_forms as forms


def plateau_loss(p: Any) -> float:
    """Loss while attention is even over N shown labels."""
    return math.log(p.n_pairs)


def cliff_lower(p: Any) -> float:
    return _cliff_time(p, forms.action_inf)


def cliff_upper(p: Any) -> float:
    return _cliff_time(p, forms.action_half)


def saddle_rate(p: Any) -> float:
    """Rate at which the origin is left where all labels are shown."""
    if p.n_labels != p.n_pairs:
        raise ValueError(
            f"n_labels = {p.n_labels} is not n_pairs = {p.n_pairs}: xi moves at once, and there is "
            "no saddle; give equal ones"
        )
    return float(forms.saddle_rate(0.0, p.n_pairs, p.competitors or p.n_pairs))


def _cliff_time(p: Any, action: Any) -> float:
    n, n_labels = p.n_pairs, p.n_labels
    if n < 8 or not 2 * n <= n_labels <= 64 * n:
        raise ValueError(
            f"n_pairs = {n}, n_labels = {n_labels}: the bracket was checked for n_pairs >= 8 and "
            "2 n_pairs <= n_labels <= 64 n_pairs only"
        )
    return float(forms.time_of_action(action(n, n), n, n_labels))
