"""Independent twins of the deep linear model: matrix gradient descent and SciPy's integrator; no
engine import.
"""

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
        self.weights = [
            self._pathway(generator, depth, k0 ** (1.0 / depth), width) for k0 in starts
        ]

    def _pathway(self, generator, depth, values, width):
        A, n_in = np.diag(values), len(values)
        R = [orthonormal(generator, width, n_in) for _ in range(depth - 1)]
        bases = [self.V, *R, self.U]
        return [bases[k + 1] @ A @ bases[k].T for k in range(depth)]

    def update(self, step, is_open):
        """W_l += step * (W_D .. W_(l+1))^T E (W_(l-1) .. W_1)^T for open pathways, all at once."""
        E = self.target - sum(product(layers) for layers in self.weights)
        self.weights = [
            [
                W + step * (product(layers[k + 1 :]).T @ E @ product(layers[:k]).T)
                for k, W in enumerate(layers)
            ]
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
    """K (P, len(times)) of one-number pathways by DOP853 at rtol 1e-13, restarted at every window
    edge.
    """
    p = np.array(first, float)
    times = np.asarray(times, float)
    edges = sorted({0.0, times[-1], *(t for w in windows for t in w[1:] if 0 < t < times[-1])})
    strengths = np.empty((len(p), len(times)))
    for begin, stop in pairwise(edges):
        gate = np.array(
            [not any(w[0] == j and w[1] <= begin < w[2] for w in windows) for j in range(len(p))]
        )

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


PHI = {
    "linear": (lambda z: z, np.ones_like),
    "tanh": (np.tanh, lambda z: np.cosh(z) ** -2.0),
    "relu": (lambda z: np.where(z > 0, z, 0.0), lambda z: (z > 0).astype(float)),
}


def loss_and_outputs(weights, X, Y, phi, projectors):
    """Half the squared error of the summed pathways, and of each: pre-activations by layer, and the
    error.
    """
    value, _ = PHI[phi]
    stages = []
    for layers, (_, P_V) in zip(weights, projectors, strict=True):
        zs, F = [], P_V @ X
        for W in layers:
            zs.append(W @ F)
            F = value(zs[-1])
        stages.append(zs)
    R = Y - sum(P_U @ value(zs[-1]) for zs, (P_U, _) in zip(stages, projectors, strict=True))
    return 0.5 * np.sum(R**2), stages, R


def train_network(weights, X, Y, step, gates, phi="linear", projectors=None):
    """Weights after plain matrix gradient descent; gates (P, updates); projectors (P_U, P_V) of
    every pathway.

    A layer's gradient is (P_U slope W_D .. W_(l+1))' R F_(l-1)', chained example by example through
    the slopes.
    """
    value, slope = PHI[phi]
    projectors = projectors or [(np.eye(len(Y)), np.eye(len(X)))] * len(weights)
    for open_now in gates.T:
        _, stages, R = loss_and_outputs(weights, X, Y, phi, projectors)
        moved = []
        for layers, zs, (P_U, P_V), g in zip(weights, stages, projectors, open_now, strict=True):
            below = [P_V @ X, *[value(z) for z in zs[:-1]]]
            new, error = [], P_U.T @ R
            for W, z, F in zip(layers[::-1], zs[::-1], below[::-1], strict=True):
                error = slope(z) * error
                new.insert(0, W + step * g * np.einsum("im,jm->ij", error, F))
                error = W.T @ error
            moved.append(new)
        weights = moved
    return weights


def two_layer_flow(W1, W2, sigma, times):
    """W2 W1 (len(times), n_out, n_in) of the flow on whitened inputs, by DOP853 at rtol 1e-13."""
    h, n_in = W1.shape

    def slope(_, w):
        A, B = w[: h * n_in].reshape(h, n_in), w[h * n_in :].reshape(-1, h)
        E = sigma - B @ A
        return np.concatenate([(B.T @ E).ravel(), (E @ A.T).ravel()])

    start = np.concatenate([W1.ravel(), W2.ravel()])
    states = solve_ivp(slope, (0, times[-1]), start, "DOP853", times, rtol=1e-13, atol=1e-15).y.T
    return np.array([w[h * n_in :].reshape(-1, h) @ w[: h * n_in].reshape(h, n_in) for w in states])
