"""Parameters of tasks learned with a quadratic anchor at the solution before."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Parameters, parameter


class AnchoredParameters(Parameters):
    """Inputs, teachers, and how the past is held."""

    method: Literal["joint", "ewc", "l2", "si", "mas", "projection"] = parameter(
        "ewc",
        symbol="method",
        meaning="matrix of the anchor: the earlier Hessians, their diagonal, 1, or the importances "
        "of synaptic intelligence or memory-aware synapses; or steps across the earlier rows",
        stream=False,
    )
    strength: float = parameter(
        0.7, symbol="lambda", meaning="of the anchor", ge=0, le=1e6, stream=False
    )
    xi: float = parameter(
        1e-3,
        symbol="xi",
        meaning="added to the squared moves in si",
        ge=0,
        le=1e3,
        stream=False,
    )
    step: float = parameter(
        0.5,
        symbol="eta lambda_max",
        meaning="learning rate times the largest curvature",
        ge=0.05,
        le=1.9,
        stream=False,
    )
    dimension: int = parameter(12, symbol="d", meaning="weights", ge=1, le=200)
    n_samples: int = parameter(
        30,
        symbol="n",
        meaning="rows of a task, at least d (for projection all old tasks' rows are fewer than d); "
        "0 is the covariance itself",
        ge=0,
        le=10**5,
    )
    spectrum: float = parameter(
        1.0, symbol="a", meaning="variances i^-a of the inputs along their axes", ge=0, le=4
    )
    rotation: Literal["none", "new", "all"] = parameter(
        "new",
        symbol="rotation",
        meaning="tasks whose axes are turned at random; new: all but the first",
    )
    similarity: float = parameter(
        0.0, symbol="s", meaning="share of the teachers that all have in common", ge=0, le=1
    )
    n_tasks: int = parameter(2, symbol="T", meaning="tasks", ge=2, le=64)

    @model_validator(mode="after")
    def _has_a_minimum(self) -> AnchoredParameters:
        n, d = self.n_samples, self.dimension
        if self.method == "projection":
            if not 1 <= n * (self.n_tasks - 1) < d:
                raise ValueError(
                    f"n_samples = {n}: the old rows, n_samples (n_tasks - 1) = "
                    f"{n * (self.n_tasks - 1)} of dimension = {d}, "
                    + (
                        "are none; give n_samples >= 1"
                        if n == 0
                        else "span all directions; nothing is left to learn in"
                    )
                )
        elif 0 < n < d:
            raise ValueError(
                f"n_samples = {n}, dimension = {d}: no unique minimum; raise n_samples to "
                "dimension, or give 0 for the covariance itself"
            )
        return self

    @model_validator(mode="after")
    def _moves_count(self) -> AnchoredParameters:
        still = self.similarity == 1.0 and self.n_tasks > 2
        if self.method == "si" and self.xi == 0.0 and still:
            raise ValueError(
                "xi = 0: with similarity = 1 the second task moves no weight, and si divides by "
                "the squared move; give xi above 0"
            )
        return self

    @model_validator(mode="after")
    def _size_fits(self) -> AnchoredParameters:
        size = self.n_tasks * self.dimension * (self.dimension + self.n_samples)
        if size > 10**7:
            raise ValueError(f"n_tasks d (d + n_samples) = {size} numbers do not fit; at most 10^7")
        return self
