"""Independent twins of the deep linear model: matrix gradient descent and SciPy's integrator; no engine import."""

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp


def orthonormal(generator, rows, columns):
    """A random (rows, columns) matrix with orthonormal columns."""
    return np.linalg.qr(generator.standard_normal((rows, columns)))[0]


class MatrixNetwork:
    """Two pathways of full weight matrices, aligned with the task, trained on whitened inputs.

    W_1 = R_1 A V^T, W_l = R_l A R_(l-1)^T, W_D = U A R_(D-1)^T with A = diag(K0^(1/D)).
    """

    def __init__(self, seed, depth, singular_values, starts, width=12, n_out=9):
        generator = np.random.default_rng(seed)
        n_in = len(singular_values)
        self.U, self.V = orthonormal(generator, n_out, n_in), orthonormal(generator, n_in, n_in)
        self.target = self.U @ np.diag(singular_values) @ self.V.T
        self.weights = [self._pathway(generator, depth, k0 ** (1.0 / depth), width) for k0 in starts]

    def _pathway(self, generator, depth, values, width):
        A, n_in = np.diag(values), len(values)
        R = [orthonormal(generator, width, n_in) for _ in range(depth - 1)]
        bases = [self.V, *R, self.U]
        return [bases[k + 1] @ A @ bases[k].T for k in range(depth)]

    def update(self, step, is_open):
        """W_l += step * (W_D .. W_(l+1))^T E (W_(l-1) .. W_1)^T for open pathways, all at once."""
        E = self.target - sum(product(layers) for layers in self.weights)
        self.weights = [
            [W + step * (product(layers[k + 1 :]).T @ E @ product(layers[:k]).T) for k, W in enumerate(layers)]
            if g
            else layers
            for layers, g in zip(self.weights, is_open, strict=True)
        ]

    def strengths(self):
        """Diagonal of U^T W_D .. W_1 V, (2, n_modes)."""
        return np.array([np.diag(self.U.T @ product(layers) @ self.V) for layers in self.weights])


def product(layers):
    """W_k .. W_1; a neutral element of @ if there are none."""
    result = _One()
    for W in layers:
        result = W @ result
    return result


class _One:
    """Neutral element of @."""

    __array_ufunc__ = None  # NumPy leaves matrix @ one to this class
    T = property(lambda self: self)

    def __matmul__(self, other):
        return other

    def __rmatmul__(self, other):
        return other


def flow(first, c, depth, target, windows, times):
    """K (P, len(times)) of one-number pathways by DOP853 at rtol 1e-13, restarted at every window edge."""
    p = np.array(first, float)
    times = np.asarray(times, float)
    edges = sorted({0.0, times[-1], *(t for w in windows for t in w[1:] if 0 < t < times[-1])})
    strengths = np.empty((len(p), len(times)))
    for begin, stop in pairwise(edges):
        gate = np.array([not any(w[0] == j and w[1] <= begin < w[2] for w in windows) for j in range(len(p))])

        def slope(_, p, gate=gate):
            f = (p * p + c) ** ((depth - 1) / 2)
            return gate * f * (target - np.sum(p * f))

        inside = (times >= begin) & (times <= stop)
        wanted = np.unique([begin, *times[inside], stop])
        solution = solve_ivp(slope, (begin, stop), p, "DOP853", wanted, rtol=1e-13, atol=1e-15)
        here = solution.y[:, np.searchsorted(wanted, times[inside])]
        strengths[:, inside] = here * (here**2 + np.reshape(c, (-1, 1))) ** ((depth - 1) / 2)
        p = solution.y[:, -1]
    return strengths
