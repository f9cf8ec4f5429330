"""Parameters of convex classifiers in high dimension."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import model_validator

from toysim.model import Parameters, parameter

LOSSES = ("square", "logistic", "hinge", "probit", "hard_margin")
BOUNDED_BELOW = ("logistic", "probit")  # have a minimiser without penalty above the threshold


def noise_of(p: Any) -> tuple[str, float] | None:
    """What makes the labels noisy, as ``labels.critical_ratio`` takes it; None for two kinds at
    once.
    """
    if p.teacher == "logistic":
        return "logistic", math.sqrt(p.signal)
    if p.probit_noise > 0.0:
        return ("probit", math.sqrt(p.probit_noise / p.signal)) if p.flip == 0.0 else None
    return "flip", p.flip


class ClassifierParameters(Parameters):
    """Sizes, loss and penalty, labels and inputs."""

    dimension: int = parameter(200, symbol="d", meaning="inputs", ge=10, le=5000)
    sample_ratio: float = parameter(
        3.0, symbol="alpha", meaning="samples per input n/d; n is rounded", gt=0, le=100
    )
    penalty: float = parameter(
        0.1,
        symbol="lambda",
        meaning="factor of |w|^2/2 beside the sum of losses; unused by hard_margin",
        ge=0,
        le=1e4,
    )
    loss: Literal["square", "logistic", "hinge", "probit", "hard_margin"] = parameter(
        "logistic",
        symbol="l",
        meaning="of z = y h: (1 - z)^2/2, ln(1 + exp(-z)), (1 - z)_+, -ln P(z), or the least |w| "
        "with every z >= 1",
    )
    teacher: Literal["sign", "logistic", "mixture"] = parameter(
        "sign",
        symbol="teacher",
        meaning="labels sign(u + noise); of probability 1/(1 + exp(-u)); or two clusters at +-mu",
    )
    probit_noise: float = parameter(
        0.0, symbol="Delta", meaning="teacher sign: variance of the noise on u", ge=0, le=100
    )
    flip: float = parameter(
        0.0, symbol="p", meaning="teacher sign: share of labels that are flipped", ge=0, le=0.5
    )
    signal: float = parameter(
        1.0, symbol="rho", meaning="variance of u, or |mu|^2 of a mixture", gt=0, le=100
    )
    input_law: Literal["gaussian", "sign", "student_t5"] = parameter(
        "gaussian", symbol="x", meaning="law of an input's entries, of variance 1"
    )
    tolerance: float = parameter(
        1e-8,
        symbol="tol",
        meaning="largest entry of the gradient; hinge, hard_margin: margin violation squared",
        gt=0,
        le=0.1,
        stream=False,
    )

    @model_validator(mode="after")
    def _fits(self) -> ClassifierParameters:
        noisy = self.flip > 0.0 or self.probit_noise > 0.0
        if noisy and self.teacher != "sign":
            raise ValueError(f"flip and probit_noise are of teacher = sign, not {self.teacher}")
        if self.loss == "hard_margin":
            self._can_be_separated()
        elif self.penalty == 0.0:
            self._has_a_minimiser()
        return self

    def _can_be_separated(self) -> None:
        from toysim.models.teacher_student.labels import critical_ratio

        noise = noise_of(self) if self.teacher == "sign" else None
        star = critical_ratio(*noise) if noise else 0.0
        if self.sample_ratio >= star:
            below = f" = {star:.3g}" if star else ""
            raise ValueError(
                "loss = hard_margin needs labels that can be separated: teacher = sign with flip = "
                f"0 and probit_noise = 0, or one of the two and sample_ratio below alpha*{below}"
            )

    def _has_a_minimiser(self) -> None:
        from toysim.models.teacher_student.labels import critical_ratio

        noise = noise_of(self)
        if self.loss not in BOUNDED_BELOW or self.teacher == "mixture" or noise is None:
            raise ValueError(f"penalty = 0 with loss = {self.loss}: give a penalty above 0")
        star = critical_ratio(*noise)
        if self.sample_ratio <= star:
            raise ValueError(
                f"penalty = 0 with loss = {self.loss} below the existence threshold "
                f"alpha* = {star:.3g}: no minimiser; raise penalty or sample_ratio"
            )
