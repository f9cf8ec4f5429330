"""Mean field of the binary perceptron in plain SciPy, from the equations: adaptive quadrature and
general roots.
"""

import numpy as np
from scipy.integrate import quad
from scipy.optimize import root
from scipy.special import log_ndtr, ndtr

LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


def density(x):
    return np.exp(-0.5 * x * x - LOG_SQRT_2PI)


def mills(x):
    return np.exp(-0.5 * x * x - LOG_SQRT_2PI - log_ndtr(-x))


def log_2cosh(x):
    return np.logaddexp(x, -x)


def mean(function):
    """int Dz function(z), adaptively."""
    return quad(
        lambda z: density(z) * function(z),
        -12,
        12,
        epsabs=1e-13,
        epsrel=1e-12,
        limit=400,
        points=[0],
    )[0]


def storage(alpha, margin=0.0, field=0.0):
    """q, free entropy and overlap with the reference of the storage problem."""

    def pieces(q):
        def t(z):
            return (margin + np.sqrt(q) * z) / np.sqrt(1 - q)

        return alpha / (1 - q) * mean(lambda z: mills(t(z)) ** 2), alpha * mean(
            lambda z: log_ndtr(-t(z))
        )

    def excess(x):
        conjugate, _ = pieces(x[0])
        return [mean(lambda z: np.tanh(np.sqrt(conjugate) * z + field) ** 2) - x[0]]

    q = float(root(excess, [0.3], tol=1e-13).x[0])
    conjugate, patterns = pieces(q)
    sites = mean(lambda z: log_2cosh(np.sqrt(conjugate) * z + field))
    p = mean(lambda z: np.tanh(np.sqrt(conjugate) * z + field))
    return q, -0.5 * conjugate * (1 - q) + sites + patterns, p


def students(alpha, temperature=0.0, start=(0.3, 0.35)):
    """q, r and the free entropy of a binary student with a binary teacher."""
    wrong = np.exp(-1 / temperature) if temperature else 0.0

    def weight(u):
        return wrong + (1 - wrong) * ndtr(-u)

    def pieces(q, r):
        apart, room = np.sqrt(q - r * r), np.sqrt(1 - q)

        def f(z):
            u = -np.sqrt(q) / room * z
            return (1 - wrong) * density(u) / weight(u) / room

        square = 2 * mean(lambda z: ndtr(r * z / apart) * f(z) ** 2)
        cross = 2 / np.sqrt(1 - r * r / q) * mean(lambda z: density(r * z / apart) * f(z))
        log_mean = 2 * mean(lambda z: ndtr(r * z / apart) * np.log(weight(-np.sqrt(q) / room * z)))
        return alpha * square, alpha * cross, alpha * log_mean

    def excess(x):
        q, r = x
        square, cross, _ = pieces(q, r)
        return [
            mean(lambda z: np.tanh(np.sqrt(square) * z + cross) ** 2) - q,
            mean(lambda z: np.tanh(np.sqrt(square) * z + cross)) - r,
        ]

    q, r = root(excess, start, tol=1e-12).x
    square, cross, patterns = pieces(q, r)
    sites = mean(lambda z: log_2cosh(np.sqrt(square) * z + cross))
    return q, r, -0.5 * square * (1 - q) - r * cross + sites + patterns


Z = np.linspace(-9, 9, 181)
DZ = density(Z) * (Z[1] - Z[0])
ROW, COLUMN = Z[:, None], Z[None, :]
D2 = DZ[:, None] * DZ[None, :]


def replicon(log_mean, conjugate, field, share=lambda z: 1.0):
    """E[(d^2 ln D/domega^2)^2] E[(1 - tanh^2)^2] by differences: ln D = log_mean(z, shift of
    omega).

    ``share`` weighs the patterns; times alpha this is the replicon value.
    """
    h = 1e-3

    def bend(z):
        return (log_mean(z, h) - 2 * log_mean(z, 0.0) + log_mean(z, -h)) / h**2

    return np.sum(DZ * share(Z) * bend(Z) ** 2) * np.sum(
        DZ * np.cosh(np.sqrt(conjugate) * Z + field) ** -4
    )


def potential(alpha, p, start=None):
    """Phi, x and (q, t, p^) of the Franz-Parisi potential around a solution of random labels, on a
    uniform square grid.

    For p well inside (q0, 1): the grid does not follow steps narrower than its spacing. ``start``:
    q, t, p^ nearby.
    """
    q0, _, _ = storage(alpha)
    room0, a0 = np.sqrt(1 - q0), np.sqrt(q0 / (1 - q0))
    conjugate0 = alpha / (1 - q0) * mean(lambda z: mills(a0 * z) ** 2)

    def patterns(q, t):
        B = np.sqrt(q - t * t / q0)
        rho = (p - t) / (room0 * B)
        left = np.sqrt(1 - rho * rho)
        eta = (a0 * ROW + rho * COLUMN) / left
        u = -(t / np.sqrt(q0) * ROW + B * COLUMN) / np.sqrt(1 - q)
        f = mills(u) / np.sqrt(1 - q)
        K = D2 * ndtr(eta) / ndtr(a0 * ROW)
        along = np.sum(D2 * density(eta) / (room0 * left * ndtr(a0 * ROW)) * f)
        f0 = mills(-a0 * ROW) / room0
        return alpha * np.array(
            [np.sum(K * f * f), np.sum(K * f * f0), along, np.sum(K * log_ndtr(-u))]
        )

    def sites(square, cross, pull):
        share = D2 * (1 + np.tanh(np.sqrt(conjugate0) * ROW))
        A = (
            cross / np.sqrt(conjugate0) * ROW
            + pull
            - cross
            + np.sqrt(square - cross**2 / conjugate0) * COLUMN
        )
        tanh = np.tanh(A)
        reference = np.tanh(np.sqrt(conjugate0) * ROW)
        return [np.sum(share * g) for g in (tanh, tanh**2, tanh * reference, log_2cosh(A))]

    def excess(x):
        q, t, pull = x
        square, cross, _, _ = patterns(q, t)
        p_found, q_found, t_found, _ = sites(square, cross, pull)
        return [q_found - q, t_found - t, p_found - p]

    if start is None:
        start = [q0 + (1 - q0) * ((p - q0) / (1 - q0)) ** 1.5, q0, np.arctanh(p)]
    q, t, pull = root(excess, start, tol=1e-12, options={"factor": 0.1}).x
    square, cross, along, log_mean = patterns(q, t)
    entropy = sites(square, cross, pull)[3]
    return (
        -0.5 * square * (1 - q) - p * pull + t * cross + entropy + log_mean,
        pull - along,
        (q, t, pull),
    )
