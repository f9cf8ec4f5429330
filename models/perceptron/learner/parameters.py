"""Parameters of the learner of binary weights through their fields, on one task or on two."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, Vector, parameter
from toysim.models.perceptron.given import (
    check_patterns_given,
    check_teachers,
    given_patterns,
    given_teachers,
)
from toysim.models.perceptron.samplers.sizes import check_patterns, n_patterns
from toysim.records import Recorded

MAX_EPOCHS = 10**7


class LearnerParameters(Recorded):
    """Tasks, method and optimiser."""

    size: int = parameter(
        201, symbol="N", meaning="weights; odd, so that no field of a teacher is zero", ge=1
    )
    alpha_1: float = parameter(1.0, symbol="alpha_1", meaning="patterns per weight of task 1", ge=0)
    alpha_2: float = parameter(
        1.0, symbol="alpha_2", meaning="patterns per weight of task 2; 0 for one task", ge=0
    )
    task_overlap: float = parameter(
        0.0,
        symbol="r0",
        meaning="overlap of the two teachers, by an exact number round(N (1 - r0)/2) of flips",
        ge=-1,
        le=1,
    )
    method: Literal["variational", "ewc", "variance_modulated", "metaplastic"] = parameter(
        "variational",
        symbol="method",
        meaning="how task 1 is kept: KL divergence, its expansion at the old field, the variance "
        "factor alone, or binarised hidden weights with metaplasticity",
        stream=False,
    )
    gamma: float = parameter(
        1.0, symbol="gamma", meaning="weight of the divergence from task 1", ge=0, stream=False
    )
    prior_gamma: float = parameter(
        0.0,
        symbol="gamma_1",
        meaning="weight in task 1 of the divergence from the uniform prior",
        ge=0,
        stream=False,
    )
    metaplasticity: float = parameter(
        1.35,
        symbol="mu_m",
        meaning="steepness of the metaplastic factor 1 - tanh(mu_m theta)^2",
        ge=0,
        stream=False,
    )
    inverse_temperature: float = parameter(
        1.0, symbol="b", meaning="mean weight m = tanh(b theta)", gt=0, stream=False
    )
    optimiser: Literal["adam", "momentum"] = parameter(
        "adam",
        symbol="optimiser",
        meaning="Adam (0.9, 0.999), or descent with momentum",
        stream=False,
    )
    learning_rate_1: float = parameter(
        0.01, symbol="eta_1", meaning="step in task 1", gt=0, stream=False
    )
    learning_rate_2: float = parameter(
        0.01, symbol="eta_2", meaning="step in task 2", gt=0, stream=False
    )
    momentum: float = parameter(
        0.9,
        symbol="g",
        meaning="share of a step repeated in the next (momentum only)",
        ge=0,
        lt=1,
        stream=False,
    )
    weight_decay: float = parameter(
        0.0,
        symbol="lambda",
        meaning="decoupled decay: theta shrinks by eta lambda theta an update",
        ge=0,
        stream=False,
    )
    batch_size: int = parameter(
        0,
        symbol="B",
        meaning="patterns of an update, gradients summed; 0 or more than P: all",
        ge=0,
        stream=False,
    )
    epochs_1: int = parameter(
        300, symbol="T1", meaning="epochs of task 1", ge=0, le=MAX_EPOCHS, stream=False
    )
    epochs_2: int = parameter(
        300, symbol="T2", meaning="epochs of task 2", ge=0, le=MAX_EPOCHS, stream=False
    )
    self_overlap_ramp: Vector = parameter(
        (),
        symbol="Q",
        meaning="empty: Q is free. Two values: theta is rescaled after every epoch of task 1 so "
        "that Q lies on the line from the first to the second",
        stream=False,
    )
    relaxation_window: int = parameter(
        100,
        symbol="w",
        meaning="trailing epochs over which the error must be steady",
        ge=2,
        stream=False,
    )
    relaxation_threshold: float = parameter(
        5e-4,
        symbol="delta",
        meaning="standard deviation of the error below which it is steady",
        gt=0,
        stream=False,
    )

    patterns_1: Matrix = given_patterns("xi_1", "patterns of task 1, +-1")
    patterns_2: Matrix = given_patterns("xi_2", "patterns of task 2, +-1")
    teachers: Matrix = given_teachers()
    start_fields: Vector = parameter(
        (), symbol="theta_0", meaning="field of every weight at the start, in place of N(0, 1)"
    )

    def n_patterns(self, task: int) -> int:
        """Patterns of task 1 or 2."""
        return n_patterns((self.alpha_1, self.alpha_2)[task - 1], self.size)

    @model_validator(mode="after")
    def _tasks_fit(self) -> LearnerParameters:
        if self.size % 2 == 0:
            raise ValueError(
                f"size = {self.size} is even: a teacher's field could be zero; make it "
                f"{self.size + 1}"
            )
        check_patterns(self.size, self.alpha_1, self.alpha_2)
        return self

    @model_validator(mode="after")
    def _given_fit(self) -> LearnerParameters:
        check_patterns_given("patterns_1", self.patterns_1, self.size, self.alpha_1, "alpha_1")
        check_patterns_given("patterns_2", self.patterns_2, self.size, self.alpha_2, "alpha_2")
        check_teachers(self)
        if self.start_fields and len(self.start_fields) != self.size:
            raise ValueError(
                f"start_fields holds {len(self.start_fields)} numbers; give {self.size} (size)"
            )
        return self

    @model_validator(mode="after")
    def _ramp_fits(self) -> LearnerParameters:
        ramp = self.self_overlap_ramp
        if ramp and (len(ramp) != 2 or not all(0 < Q < 1 for Q in ramp)):
            raise ValueError(
                f"self_overlap_ramp = {list(ramp)}: leave it empty, or give two values above 0 "
                "and below 1"
            )
        if ramp and self.method == "metaplastic":
            raise ValueError(
                "self_overlap_ramp is for fields: binarised weights have Q = 1; leave it empty"
            )
        return self
