"""Independent twins of the feature-noise model: plain SGD on weights, and the group recursion; no
engine import.
"""

import numpy as np


def samples(patches, sides, kinds):
    """The list of each sample's patches: y u (strong samples), y v, xi_i from rows u, v,
    xi_1..xi_n.
    """
    found = []
    for i, (side, kind) in enumerate(zip(sides, kinds, strict=True)):
        y = (1, -1)[side]
        found.append(np.array([y * patches[0]] * int(kind == 0) + [y * patches[1], patches[2 + i]]))
    return found


def train(weights, x, sides, visits, eta, kappa=1.0):
    """Gradient descent of kappa (f - y)^2, mean over each update's visits; yields the weights
    before each and last.

    f = (1/m) sum_f a_f sum_patches max(<w_f, x>, 0)^2, a = +1 for the first m filters and -1 for
    the others.
    """
    w = weights.copy()
    m = len(w) // 2
    a = np.repeat([1.0, -1.0], m)
    yield w.copy()
    for batch in visits:
        gradient = np.zeros_like(w)
        for i in batch:
            z = np.maximum(w @ x[i].T, 0.0)
            f = a @ (z**2).sum(axis=1) / m
            y = (1, -1)[sides[i]]
            gradient += 2 * kappa * (f - y) * (a / m)[:, None] * (2 * z @ x[i])
        w -= eta / len(batch) * gradient
        yield w.copy()


def residual(w, x, side):
    """1 - y f of one sample."""
    m = len(w) // 2
    z = np.maximum(w @ x.T, 0.0) ** 2
    return 1.0 - (1, -1)[side] * (z[:m].sum() - z[m:].sum()) / m


def sharpness(w, x, kappa=1.0):
    """Top eigenvalue of the Hessian of kappa (f - y)^2 where f = y: 2 kappa |grad f|^2."""
    return 2 * kappa * np.sum((2 / (len(w) // 2) * np.maximum(w @ x.T, 0.0) @ x) ** 2)


def group_residuals(weights, patches, sides, kinds, gamma, visits, flips="exact"):
    """Residuals of single visits by the sums of squares of filter groups; dictionaries keyed by (j,
    s) and (j, i).

    flips: "exact" moves a group whose factor is negative to the other sign; "killed" sets it to 0,
    "ignored" keeps it.
    """
    m = len(weights) // 2
    z = weights @ patches.T
    sign = {1: slice(0, m), -1: slice(m, 2 * m)}

    def group(k):
        return {
            (j, s): np.sum(np.maximum(s * z[sign[j], k], 0.0) ** 2) / m
            for j in (1, -1)
            for s in (1, -1)
        }

    A, B = group(0), group(1)
    C = {
        (j, i): np.sum(np.maximum(z[sign[j], 2 + i], 0.0) ** 2) / m
        for j in (1, -1)
        for i in range(len(sides))
    }
    square = np.sum(patches**2, axis=1)
    found = []
    for (i,) in visits:
        y, strong = (1, -1)[sides[i]], kinds[i] == 0
        yf = strong * (A[y, y] - A[-y, y]) + B[y, y] - B[-y, y] + C[y, i] - C[-y, i]
        e = 1.0 - yf
        found.append(e)
        for X, length in ([(A, square[0])] if strong else []) + [(B, square[1])]:
            for j in (1, -1):
                k = 1.0 + j * y * gamma * length * e
                grown = X[j, y] * k**2
                X[j, y] = 0.0 if k < 0 and flips != "ignored" else grown
                if k < 0 and flips == "exact":
                    X[j, -y] += grown
        for j in (1, -1):
            k = 1.0 + j * y * gamma * square[2 + i] * e
            C[j, i] = C[j, i] * k**2 if k > 0 else 0.0
    return np.array(found)


def accuracy(w, u, v, label_features, noise, labels):
    """Share of test points (patches y u if asked, y v, noise row) with y f > 0."""
    right = [
        residual(w, np.array([y * u] * label_features + [y * v, xi]), 0 if y > 0 else 1) < 1.0
        for y, xi in zip(labels, noise, strict=True)
    ]
    return np.mean(right)
