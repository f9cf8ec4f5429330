"""Parameters of a multi-pathway network of full weight matrices."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from toysim.model import Matrix, Vector, parameter
from toysim.models.deep_linear.pathways import PathwayParameters
from toysim.models.deep_linear.stability import sharpness_at_end
from toysim.numerics.flat import refuse_misfit

if TYPE_CHECKING:
    from toysim.models.deep_linear.network.task import Task

MAX_SIDE = 512  # of the user's matrices
MAX_WEIGHTS = 2 * 10**7
MAX_GATES = 10**8  # updates * pathways: a byte each


class NetworkParameters(PathwayParameters):
    """Architecture, task, start, deficits and stepping of a network."""

    width: int = parameter(100, symbol="h", meaning="units of every hidden layer", ge=1, le=2048)
    nonlinearity: Literal["linear", "tanh", "relu"] = parameter(
        "linear", symbol="phi", meaning="applied after every weight matrix, the last included"
    )
    levels: int = parameter(
        3,
        symbol="L",
        meaning="levels of the binary tree of 2^L items and 2^(L+1) - 1 features",
        ge=1,
        le=6,
    )
    input_output: Matrix = parameter(
        (),
        symbol="Sigma_yx",
        meaning="correlation of outputs (rows) with inputs, in place of the tree",
    )
    input_correlation: Matrix = parameter(
        (), symbol="Sigma_xx", meaning="correlation of the inputs; the identity if empty"
    )
    start: Literal["aligned", "gaussian", "balanced"] = parameter(
        "aligned",
        symbol="start",
        meaning="layers diagonal in the task's modes; independent Gaussian; W2'W2 - W1W1' = "
        "lambda I, not aligned",
    )
    start_strength: float = parameter(
        0.01,
        symbol="K0",
        meaning="strength of a mode at the start (gaussian: size of the output for an input of "
        "unit entries)",
        gt=0,
    )
    start_strengths: Matrix = parameter(
        (),
        symbol="K_pm",
        meaning="strengths at the start of an aligned start, a row a pathway, an entry a mode, in "
        "place of start_strength, strength_noise and start_imbalance",
    )
    start_weights: Vector = parameter(
        (),
        symbol="W_pl",
        meaning="all weights at the start, pathway by pathway, W_1 first, row by row, in place of "
        "every other start parameter",
    )
    strength_noise: float = parameter(
        0.1,
        symbol="sigma",
        meaning="relative Gaussian noise of K0 (aligned, balanced)",
        ge=0,
        le=0.2,
    )
    start_imbalance: float = parameter(
        0.0,
        symbol="d",
        meaning="layers are multiplied by 1+d for the first to 1-d for the last pathway",
        gt=-1,
        lt=1,
    )
    balance: float = parameter(
        0.0, symbol="lambda", meaning="balance of the two layers of the balanced start"
    )
    freeze_probability: float = parameter(
        1.0,
        symbol="q",
        meaning="chance that an update in a deficit leaves the pathway frozen",
        ge=0,
        le=1,
    )
    lesions: Matrix = parameter(
        (),
        symbol="lesions",
        meaning="rows [pathway, mode]: that mode is cut out of the pathway throughout",
    )

    @property
    def n_out(self) -> int:
        return len(self.input_output) or 2 ** (self.levels + 1) - 1

    @property
    def n_in(self) -> int:
        return len(self.input_output[0]) if self.input_output else int(2**self.levels)

    @property
    def n_modes(self) -> int:
        return min(self.n_out, self.n_in)

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Rows and columns of W_1, ..., W_D of a pathway."""
        sides = [self.n_in, *[self.width] * (self.depth - 1), self.n_out]
        return [(rows, columns) for columns, rows in pairwise(sides)]

    @property
    def task(self) -> Task:
        """What is learned; rows of one task share it."""
        from toysim.models.deep_linear.network.task import shared_task

        return shared_task(self.input_output, self.input_correlation, self.levels)

    @model_validator(mode="after")
    def _task_fits(self) -> NetworkParameters:
        for name in ("input_output", "input_correlation"):
            value = getattr(self, name)
            if value and (
                len({len(row) for row in value}) != 1
                or not 1 <= max(len(value), len(value[0])) <= MAX_SIDE
            ):
                raise ValueError(
                    f"{name}: give rows of equal length, at most {MAX_SIDE} by {MAX_SIDE}"
                )
        if self.input_output and not any(any(row) for row in self.input_output):
            raise ValueError(
                "input_output is zero everywhere: there is nothing to learn; give another matrix"
            )
        weights = self.n_pathways * sum(a * b for a, b in self.shapes)
        if weights > MAX_WEIGHTS:
            raise ValueError(
                f"n_pathways = {self.n_pathways}, depth = {self.depth} and width = {self.width} "
                f"make {weights:.3g} weights; lower them to at most {MAX_WEIGHTS:.0e} weights"
            )
        if self.input_correlation:
            self._correlation_fits()
        return self

    def _correlation_fits(self) -> None:
        import numpy as np

        if self.nonlinearity != "linear":
            raise ValueError(
                "input_correlation is for linear networks; leave it empty with nonlinearity = "
                f"{self.nonlinearity!r}"
            )
        given = np.array(self.input_correlation)
        if given.shape != (self.n_in, self.n_in) or np.any(given != given.T):
            raise ValueError(
                f"input_correlation: give a symmetric matrix, {self.n_in} by {self.n_in} (inputs)"
            )
        values = np.linalg.eigvalsh(given)
        if not values[0] > 1e-12 * values[-1]:
            raise ValueError(
                f"input_correlation has eigenvalues from {values[0]:.3g} to {values[-1]:.3g}; "
                f"give a positive definite matrix"
            )

    @model_validator(mode="after")
    def _weights_fit(self) -> NetworkParameters:
        refuse_misfit("start_weights", self.start_weights, self.shapes * self.n_pathways)
        if self.start_weights and self.start_strengths:
            raise ValueError("start_weights and start_strengths both say the start; give one")
        return self

    @model_validator(mode="after")
    def _start_fits(self) -> NetworkParameters:
        if self.start != "balanced":
            if self.balance != 0:
                raise ValueError(
                    f"balance = {self.balance:g} needs start = 'balanced'; set one of them "
                    "otherwise"
                )
            return self
        if self.depth != 2:
            raise ValueError(
                f"start = 'balanced' is for depth 2; set depth to 2 (it is {self.depth})"
            )
        # W2'W2 = W1W1' + lambda I has full rank at lambda > 0, and so has W1W1' at lambda < 0.
        rank, side = (self.n_out, "outputs") if self.balance > 0 else (self.n_in, "inputs")
        if self.balance != 0 and self.width > rank:
            raise ValueError(
                f"balance = {self.balance:g} needs a width of at most {rank} (the {side}): W2'W2 "
                "- W1W1' = lambda I "
                f"has no solution at width {self.width}; lower width or set balance to 0"
            )
        return self

    @model_validator(mode="after")
    def _strengths_fit(self) -> NetworkParameters:
        rows = self.start_strengths
        if not rows:
            return self
        if self.start != "aligned" or (self.width < self.n_modes and self.depth > 1):
            raise ValueError(
                f"start_strengths needs start = 'aligned' and a width of at least {self.n_modes} "
                "(the modes); leave it empty otherwise"
            )
        positive = all(value > 0 for row in rows for value in row)
        if not positive or [len(row) for row in rows] != [self.n_modes] * self.n_pathways:
            raise ValueError(
                f"start_strengths: give {self.n_pathways} rows (pathways) of {self.n_modes} "
                "strengths above 0 (modes)"
            )
        return self

    @model_validator(mode="after")
    def _lesions_fit(self) -> NetworkParameters:
        for row in self.lesions:
            if (
                len(row) != 2
                or row[0] not in range(self.n_pathways)
                or row[1] not in range(self.n_modes)
            ):
                raise ValueError(
                    f"lesions: row {list(row)} must be [pathway, mode] with pathway in "
                    f"0..{self.n_pathways - 1} "
                    f"and mode in 0..{self.n_modes - 1}"
                )
        if self.lesions and self.nonlinearity != "linear":
            raise ValueError(
                "lesions cut modes of linear networks; leave them empty with nonlinearity = "
                f"{self.nonlinearity!r}"
            )
        return self

    @model_validator(mode="after")
    def _steps_fit(self) -> NetworkParameters:
        self.refuse_updates(MAX_GATES // self.n_pathways)
        self.refuse_unstable(self.sharpness_at_end)
        return self

    @property
    def sharpness_at_end(self) -> float:
        """Where one linear pathway alone has learned all."""
        strength, correlation = self._largest()
        offsets = (0.0, abs(self.balance)) if self.balance else (0.0,) * self.depth
        return correlation * sharpness_at_end(strength, offsets)

    def _largest(self) -> tuple[float, float]:
        """Largest singular value of Sigma_yx Sigma_xx^-1 and eigenvalue of Sigma_xx."""
        if not self.input_output and not self.input_correlation:
            return (2.0 ** (self.levels + 1) - 1.0) ** 0.5, 1.0
        return self.task.largest()
