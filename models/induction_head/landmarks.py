"""The family's landmarks as functions of a model's parameters.

The cliff's bracket is for three logits from the origin with equal mobilities and m = N competitors;
it is checked, not proven, where ``closed_forms.bracketed`` says so.
"""

from __future__ import annotations

import math
from typing import Any

from toysim.models.induction_head.logits import closed_forms as forms


def plateau_loss(p: Any) -> float:
    """Loss while attention is even over N shown labels."""
    return math.log(p.n_pairs)


def chance_accuracy(p: Any) -> float:
    """Any of the L labels."""
    return 1.0 / float(p.n_labels)


def plateau_accuracy(p: Any) -> float:
    """A label of the context at random, B of whose N pairs show the right one."""
    return float(p.burst) / float(p.n_pairs)


def cliff_lower(p: Any) -> float:
    return _cliff_time(p, 0)


def cliff_upper(p: Any) -> float:
    return _cliff_time(p, 1)


def saddle_rate(p: Any) -> float:
    """Rate at which the origin is left where all labels are shown."""
    if p.n_labels != p.n_pairs:
        raise ValueError(
            f"n_labels = {p.n_labels} is not n_pairs = {p.n_pairs}: xi moves at once, and there is "
            "no saddle; give equal ones"
        )
    return float(forms.saddle_rate(0.0, p.n_pairs, p.competitors or p.n_pairs))


def _cliff_time(p: Any, side: int) -> float:
    n, n_labels = p.n_pairs, p.n_labels
    if not forms.bracketed(n, n_labels)[side]:
        small = f"{n} < n_labels <= {forms.SMALL_UPPER[n - 2] if side else 64 * n}"
        allowed = small if n < 8 else f"{2 * n} <= n_labels <= {64 * n}"
        raise ValueError(
            f"n_pairs = {n}, n_labels = {n_labels}: the estimate lies on its side of the cliff for "
            f"{allowed} only"
        )
    action = (forms.action_inf, forms.action_half)[side]
    return float(forms.time_of_action(action(n, n), n, n_labels))
