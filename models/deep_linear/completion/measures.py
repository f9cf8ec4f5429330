"""What is read off the weights: losses, singular values, rank, balance and sharpness."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Rows
from toysim.jit import kernel
from toysim.models.deep_linear.completion.parameters import CompletionParameters
from toysim.models.deep_linear.completion.problem import Data
from toysim.models.deep_linear.curvature import largest_eigenvalue

Array = npt.NDArray[Any]


BALANCED = 1e-14  # rounding of an entry of W W^T, a term


class Observed(NamedTuple):
    """What both sides read: (S, ...) with a row a switch time, NaN where a course has ended."""

    courses: Array  # (S, R, 2 + k): test loss, train loss, singular values
    at_switch: Array  # (S,)
    final: Array  # (S, 5): test loss, train loss, effective rank, balance drift, sharpness
    product: Array  # (S, K, K): the completed matrix at the end; K = N if it is kept, else 0


def product_of(layers: Array) -> Array:
    """W_D .. W_1 of layers (D, N, N), first layer first."""
    product: Array = layers[0].copy()
    for layer in layers[1:]:
        product = layer @ product
    return product


@kernel
def losses(product: Array, target: Array, mask: Array) -> tuple[float, float]:
    """Mean squared error over all entries, and half of it over the observed entries (0 if there is
    none); product, target, mask (N, N).
    """
    everywhere, observed, n_observed = 0.0, 0.0, 0
    for i in range(target.shape[0]):
        for j in range(target.shape[1]):
            square = (product[i, j] - target[i, j]) ** 2
            everywhere += square
            if mask[i, j]:
                observed += square
                n_observed += 1
    return everywhere / target.size, observed / (2.0 * max(1, n_observed))


def singular_values(product: Array) -> Array:
    """All singular values in float64, largest first; NaN for a product that is not finite.

    Of a float32 product they are the roots of the eigenvalues of W^T W, in float64: that adds 1e-16
    s_1^2 / s to s, below the product's own 6e-8 s_1 for all s > 1e-8 s_1, and takes 0.31 ms in
    place of 0.43 ms at N = 100.
    """
    if not np.isfinite(product).all():
        return np.full(len(product), np.nan)
    if product.dtype == np.float32:
        wide = product.astype(np.float64)
        return np.asarray(np.sqrt(np.maximum(np.linalg.eigvalsh(wide.T @ wide), 0.0))[::-1])
    return np.asarray(np.linalg.svd(product, compute_uv=False))


def effective_rank(values: Array) -> float:
    """exp(-sum_i p_i ln p_i) with p = s / sum s, of s (N,): from 1 to N; 0 for the zero matrix."""
    if not values.any():
        return 0.0
    p = values / values.sum()
    terms = np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), np.where(np.isnan(p), np.nan, 0.0))
    return float(np.exp(-terms.sum()))


def imbalance(layers: Array) -> Array:
    """W_(l+1)^T W_(l+1) - W_l W_l^T for every two neighbours, (D-1, N, N): constant in the flow."""
    upper, lower = layers[1:], layers[:-1]
    return np.asarray(np.swapaxes(upper, 1, 2) @ upper - lower @ np.swapaxes(lower, 1, 2))


def balanced(layers: Array) -> bool:
    """Neighbours W_(l+1)^T W_(l+1) = W_l W_l^T, but for rounding."""
    largest = float(np.max(np.abs(layers)))
    return bool(np.all(np.abs(imbalance(layers)) <= BALANCED * len(layers[0]) * largest**2))


def layer_kernels(layers: Array) -> tuple[Array, Array]:
    """A_l = X X^T of X = W_D .. W_(l+1), and B_l = Y^T Y of Y = W_(l-1) .. W_1; both (D, N, N).

    A change G of the loss's slope in the product moves the product by -sum_l A_l G B_l per unit of
    time.
    """
    depth, identity = len(layers), np.eye(layers.shape[1])
    above = [product_of(layers[k + 1 :]) if k + 1 < depth else identity for k in range(depth)]
    below = [product_of(layers[:k]) if k else identity for k in range(depth)]
    return np.array([x @ x.T for x in above]), np.array([y.T @ y for y in below])


def sharpness(product: Array, kernels: tuple[Array, Array], data: Data) -> float:
    """Largest Hessian eigenvalue where the observed residuals vanish.

    The Hessian of the layers, J^T J / n with J their derivative of the observed entries, shares its
    eigenvalues with (derived; unit 1/t)

        E -> mask * sum_l A_l (mask * E) B_l / n
    """
    if not np.isfinite(product).all():
        return np.nan
    pairs = list(zip(*kernels, strict=True))
    return largest_eigenvalue(pairs, data.mask / max(1, data.n_observed))


def observe(product: Array, data: Data, n_singular_values: int) -> Array:
    """Test loss, train loss and the largest singular values of one product, (2 + k,)."""
    values = singular_values(product)[:n_singular_values]
    return np.array([*losses(product, data.target, data.mask), *values])


def as_rows(p: CompletionParameters, observed: Observed) -> Rows:
    """The observables of one row, by name."""
    test, train, rank, drift, sharpness = observed.final.T
    no_deficit = test[0] if p.switch_times[0] == 0.0 else np.nan
    return {
        "test_loss": observed.courses[:, :, 0],
        "train_loss": observed.courses[:, :, 1],
        "singular_values": np.swapaxes(observed.courses[:, :, 2:], 1, 2),
        "test_loss_at_switch": observed.at_switch,
        "final_test_loss": test,
        "final_train_loss": train,
        "relative_test_loss": no_deficit - test,
        "effective_rank": rank,
        "balance_drift": drift,
        "sharpness": sharpness,
        "completed": observed.product,
    }
