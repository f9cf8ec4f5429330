"""What the network learns: correlations, their singular modes, and a data set that has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """Sigma_yx = U S V' and one data set of these correlations, an example a column.

    input_output (n_out, n_in);  U (n_out, n_out), S (n_modes,), V (n_in, n_in) with all singular
                                 vectors
    inputs  (n_in, n_in)   X = Sigma_xx^(1/2)
    targets (n_out, n_in)  Y = Sigma_yx X^-1, so that Y X' = Sigma_yx and the smallest loss is 0
    inverse (n_in, n_in)   X^-1
    """

    input_output: Array
    U: Array
    S: Array
    V: Array
    inputs: Array
    targets: Array
    inverse: Array
    whitened: bool

    @cached_property
    def in_modes(self) -> tuple[Array, Array]:
        """Inputs V' X V and targets U' Y V, in the singular vectors, examples turned alike."""
        return self.V.T @ self.inputs @ self.V, self.U.T @ self.targets @ self.V

    def largest(self) -> tuple[float, float]:
        """Largest singular value of the learned map Y X^-1 and largest eigenvalue of Sigma_xx."""
        strength = np.linalg.norm(self.targets @ self.inverse, 2)
        return float(strength), float(np.linalg.norm(self.inputs, 2) ** 2)

    @cached_property
    def blocks_apart(self) -> npt.NDArray[np.bool_]:
        """(n_out, n_in): off the diagonal, and not inside a block of equal singular values.

        Inside such a block the basis, and with it every entry, is arbitrary.
        """
        n_out, n_in = self.input_output.shape
        left, right = np.zeros(n_out), np.zeros(n_in)
        left[: len(self.S)] = right[: len(self.S)] = self.S
        return np.asarray(np.abs(left[:, None] - right) > 1e-9 * self.S[0])


def task_of(input_output: Any, input_correlation: Any, levels: int) -> Task:
    """The task of these correlations; empty matrices stand for the tree and the identity."""
    given = np.array(input_output, float)
    sigma = given if given.size else tree(levels)
    U, S, Vt = np.linalg.svd(sigma)
    S = np.where(1e-12 * S[0] < S, S, 0.0)  # below is rounding: the matrix lacks that rank
    # Signs from one call, fixed by the largest entry of every v; those of further u and v do not
    # matter.
    signs = np.sign(Vt[np.arange(len(Vt)), np.argmax(np.abs(Vt), axis=1)])
    V = (Vt * signs[:, None]).T
    U[:, : len(S)] *= signs[: len(S)]
    correlation = np.array(input_correlation, float)
    if correlation.size == 0:
        identity = np.eye(sigma.shape[1])
        return Task(sigma, U, S, V, identity, sigma, identity, True)
    values, vectors = np.linalg.eigh(correlation)
    inputs, inverse = ((vectors * values**power) @ vectors.T for power in (0.5, -0.5))
    return Task(sigma, U, S, V, inputs, sigma @ inverse, inverse, False)


# Of the largest matrices allowed 16 tasks fill 200 MB; rows of one task lie next to each other.
shared_task = lru_cache(maxsize=16)(task_of)


def tree(levels: int) -> Array:
    """Binary tree (arXiv:2308.12221): 2^L items (columns), 2^(L+1) - 1 features, a one where
    feature is above item.

    Singular values sqrt(2^(L+1) - 1) once, sqrt(2^k - 1) with k = L, ..., 1, each 2^(L-k) times.
    """
    n = 2**levels
    return np.concatenate([np.kron(np.eye(2**k), np.ones(n // 2**k)) for k in range(levels + 1)])
