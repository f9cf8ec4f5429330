"""Parameters of deletion from a ridge fit."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, Parameters, Vector, parameter

SPANNED = 1e-9  # distance of a leverage from 1 below which a row alone spans its direction


class DeletionParameters(Parameters):
    """The data, the rows, and how they are deleted."""

    n_samples: int = parameter(60, symbol="n", meaning="rows that are fitted", ge=1, le=10_000)
    dimension: int = parameter(15, symbol="d", meaning="weights", ge=1, le=1000)
    ridge: float = parameter(0.7, symbol="lambda", meaning="ridge penalty", ge=0, le=1e6)
    noise: float = parameter(
        0.5,
        symbol="s^2",
        meaning="variance of the noise on labels; w*.x has mean square 1 at spectrum 0",
        ge=0,
        le=1e4,
    )
    spectrum: float = parameter(0.0, symbol="a", meaning="inputs have variances i^-a", ge=0, le=10)
    n_deleted: int = parameter(1, symbol="m", meaning="rows deleted, or added", ge=1, le=1000)
    method: Literal["retrain", "influence", "iterated", "ascent", "add"] = parameter(
        "influence",
        symbol="method",
        meaning="fit again; one inverse-Hessian step; several; the best step along the deleted "
        "rows' gradient; one step that adds new rows",
        stream=False,
    )
    iterations: int = parameter(
        1, symbol="k", meaning="steps of iterated", stream=False, ge=1, le=100
    )
    rows: Matrix = parameter((), symbol="X", meaning="given inputs, with those of S; else drawn")
    labels: Vector = parameter((), symbol="y", meaning="their labels")
    deleted: tuple[int, ...] = parameter(
        (), symbol="S", meaning="which of the given rows; else the first"
    )

    @model_validator(mode="after")
    def _rows_span(self) -> DeletionParameters:
        """Without a ridge the rows that stay must determine the fit."""
        stay = self.n_samples - (self.method != "add") * self.n_deleted
        if stay < 0:
            raise ValueError(
                f"n_deleted = {self.n_deleted} of {self.n_samples} rows; lower n_deleted"
            )
        if self.ridge == 0.0 and stay < self.dimension:
            raise ValueError(
                f"ridge = 0 needs {self.dimension} rows that stay, {stay} do; raise n_samples or "
                "ridge"
            )
        return self

    @model_validator(mode="after")
    def _given_rows_fit(self) -> DeletionParameters:
        if not self.rows:
            if self.labels or self.deleted:
                raise ValueError("labels and deleted are for given rows; give rows")
            return self
        n, d = len(self.rows), len(self.rows[0])
        wanted = self.n_samples + (self.method == "add") * self.n_deleted
        if (n, d) != (wanted, self.dimension) or len(self.labels) != n:
            raise ValueError(
                f"rows are {n} x {d} with {len(self.labels)} labels; give {wanted} x "
                f"{self.dimension} and as many labels, or set n_samples and dimension"
            )
        if len(set(self.deleted)) != len(self.deleted) or not set(self.deleted) <= set(range(n)):
            raise ValueError(f"deleted = {self.deleted}: give different rows of 0..{n - 1}")
        if self.deleted and len(self.deleted) != self.n_deleted:
            raise ValueError(
                f"deleted has {len(self.deleted)} rows; set n_deleted = {len(self.deleted)}"
            )
        return self

    @model_validator(mode="after")
    def _no_row_spans_alone(self) -> DeletionParameters:
        if self.rows and self.method != "add":
            for i in self.deleted or range(self.n_deleted):
                if self._leverage(i) > 1.0 - SPANNED:
                    raise ValueError(
                        f"row {i} has leverage 1: no other spans its direction; keep it, or set "
                        "ridge > 0"
                    )
        return self

    def _leverage(self, i: int) -> float:
        import numpy as np

        x = np.array(self.rows)
        u, s, _ = np.linalg.svd(x, full_matrices=False)
        with np.errstate(invalid="ignore"):
            share = np.where(s > s[0] * 1e-12, s**2 / (s**2 + self.ridge), 0.0)
        return float(np.sum(u[i] ** 2 * share))
