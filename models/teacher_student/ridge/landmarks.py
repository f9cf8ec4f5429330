"""Where ridge regression peaks, and the penalty that removes the peak."""

from __future__ import annotations

from typing import Any

from toysim.models.teacher_student.ridge.parameters import features


def interpolation_threshold(p: Any) -> float:
    """Samples per input at which n = d, or p' with random features."""
    return features(p) / p.dimension if p.design == "random_features" else 1.0


def best_penalty(p: Any) -> float:
    """sigma^2/rho on isotropic inputs, whatever alpha."""
    if p.design != "isotropic":
        raise ValueError(
            f"design = {p.design}: the best penalty depends on the samples; "
            "see the diagnostic best_penalty"
        )
    return float(p.label_noise / p.signal)
