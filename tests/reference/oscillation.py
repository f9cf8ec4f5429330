"""Oscillation models written out once more, plainly, from their definitions: oracles for the tests.

Networks with all their weights, gradients by central differences where a loss is known, covariances
as whole matrices. Nothing here is imported from the package.
"""

import numpy as np


def network_course(gamma, ratio, strong, weak, n_steps, m=6, seed=0):
    """Two-layer squared-ReLU network of arXiv:2310.17074 on one noise-free sample, all filters
    explicit.

    f = sum_j j/m sum_r sum_p max(<w_jr, x_p>, 0)^2 on the patches u and v of a sample with label 1,
    squared loss (f - 1)^2. The filters of the other sign point away from both patches. Returns
    outputs F and V (n_steps + 1,) and 2 eta times the largest Hessian eigenvalue of the loss at the
    end over 2, by differences.
    """
    rng = np.random.default_rng(seed)
    d = 5
    basis = np.linalg.qr(rng.normal(size=(d, d)))[0]
    u, v = basis[0], np.sqrt(ratio) * basis[1]
    eta = gamma * m / 4.0  # gamma = 4 eta |u|^2 / m with |u| = 1
    w = np.abs(rng.normal(size=(2, m, d)) @ basis.T) @ basis * np.array([1, -1])[:, None, None]
    shares_u, shares_v = w[0] @ u, w[0] @ v
    w[0] += np.outer((np.sqrt(strong / np.mean(shares_u**2)) - 1) * shares_u, u)
    w[0] += np.outer((np.sqrt(weak / np.mean(shares_v**2)) - 1) * shares_v, v) / ratio
    sign = np.array([1.0, -1.0])[:, None]

    def outputs(w):
        return [np.sum(sign * np.maximum(w @ x, 0) ** 2) / m for x in (u, v)]

    def gradient(w):
        e = 1.0 - sum(outputs(w))
        return sum((-4.0 / m) * e * (sign * np.maximum(w @ x, 0))[:, :, None] * x for x in (u, v))

    course = [outputs(w)]
    for _ in range(n_steps):
        w = w - eta * gradient(w)
        course.append(outputs(w))
    h = 1e-6
    hessian = np.empty((w.size, w.size))
    for k in range(w.size):
        step = np.zeros(w.size)
        step[k] = h
        step = step.reshape(w.shape)
        hessian[:, k] = ((gradient(w + step) - gradient(w - step)) / (2 * h)).ravel()
    sharpness = np.linalg.eigvalsh(0.5 * (hessian + hessian.T))[-1]
    return *np.array(course).T, eta * sharpness


def second_moments(h, c, beta, kappa, start, rates):
    """E [theta, w][theta, w]^T of one mode by whole matrices: the mean over s = +-1 of A S A^T,
    plus the noise.
    """
    S = np.array([[start**2, 0.0], [0.0, 0.0]])
    course = [S]
    for eta in rates:
        new = np.zeros((2, 2))
        for s in (1, -1):
            slope = eta * h * (1 + kappa * s)
            A = np.array([[1 - slope, beta], [-slope, beta]])
            new += 0.5 * A @ S @ A.T
        S = new + eta**2 * c * np.ones((2, 2))
        course.append(S)
    return np.array(course)


def mean_square_radius(eta, h, beta, kappa):
    """Largest eigenvalue of the map S -> E A S A^T: mean-square stable below 1."""
    total = np.zeros((4, 4))
    for s in (1, -1):
        slope = eta * h * (1 + kappa * s)
        A = np.array([[1 - slope, beta], [-slope, beta]])
        total += 0.5 * np.kron(A, A)
    return np.abs(np.linalg.eigvals(total)).max()


PRODUCT_LOSSES = {
    "quadratic": lambda p: (p - 1) ** 2 / 2,
    "quartic": lambda p: (p * p - 1) ** 2 / 4,
    "logistic": lambda p: np.logaddexp(0, p) / 2 + np.logaddexp(0, -p) / 2,
}


def hessian_xy(loss, x, y, h=1e-4):
    """Hessian of loss(x y) in (x, y) by central differences."""

    def f(a, b):
        return loss((x + a * h) * (y + b * h))

    cross = (f(1, 1) - f(1, -1) - f(-1, 1) + f(-1, -1)) / 4
    return (
        np.array(
            [[f(1, 0) - 2 * f(0, 0) + f(-1, 0), cross], [cross, f(0, 1) - 2 * f(0, 0) + f(0, -1)]]
        )
        / h**2
    )


def descend_xy(loss, x, y, eta, n_steps, h=1e-5):
    """Gradient descent on loss(x y), the gradient by central differences."""
    for _ in range(n_steps):
        gx = (loss((x + h) * y) - loss((x - h) * y)) / (2 * h)
        gy = (loss(x * (y + h)) - loss(x * (y - h))) / (2 * h)
        x, y = x - eta * gx, y - eta * gy
    return x, y


def diagonal_descent(X, y, scale, eta, order):
    """(w+^2 - w-^2)/2 by gradient descent on w+ and w-; order holds a sample, or None for all."""
    plus, minus = np.full(X.shape[1], scale), np.full(X.shape[1], scale)
    for i in order:
        beta = (plus**2 - minus**2) / 2
        g = X.T @ (X @ beta - y) / len(y) if i is None else (X[i] @ beta - y[i]) * X[i]
        plus, minus = plus - eta * g * plus, minus + eta * g * minus
    return (plus**2 - minus**2) / 2
