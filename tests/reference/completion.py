"""Independent twin of deep matrix completion: plain NumPy loops written from the equations; no
engine import.
"""

import numpy as np


def descend(layers, phases, step):
    """Gradient descent on layers, first layer first; yields them at the start and after every
    update.

    ``phases`` are (target, mask, updates); the loss is 1/(2n) sum over the n observed entries of (W
    - M)^2 and W_l <- W_l - step (W_D .. W_(l+1))^T G (W_(l-1) .. W_1)^T for all layers at once.
    """
    layers = [np.array(W) for W in layers]
    yield layers
    for target, mask, updates in phases:
        for _ in range(updates):
            slopes = gradient(layers, target, mask)
            layers = [W - step * slope for W, slope in zip(layers, slopes, strict=True)]
            yield layers


def gradient(layers, target, mask):
    G = np.where(mask, end_to_end(layers) - target, 0.0) / mask.sum()
    n = len(target)
    return [
        end_to_end(layers[k + 1 :], n).T
        @ G
        @ end_to_end(layers[:k], n).T  # the other layers, upper and lower
        for k in range(len(layers))
    ]


def part_of_update(layers, target, mask, step, share):
    """A share of the next update, its gradient taken half of what is missing before the state."""
    slopes = gradient(layers, target, mask)
    back = [W + 0.5 * (1 - share) * step * G for W, G in zip(layers, slopes, strict=True)]
    slopes = gradient(back, target, mask)
    return [W - share * step * G for W, G in zip(layers, slopes, strict=True)]


def end_to_end(layers, n=None):
    W = np.eye(len(layers[0]) if len(layers) else n)
    for layer in layers:
        W = layer @ W
    return W


def loss(layers, target, mask):
    """What training lowers."""
    return np.sum((end_to_end(layers) - target)[mask] ** 2) / (2 * mask.sum())


def singular_value_speed(W, G, depth):
    """Equation for the singular values alone: ds_r/dt = -D s_r^(2 - 2/D) u_r^T G v_r."""
    U, s, Vt = np.linalg.svd(W)
    return -depth * s ** (2 - 2 / depth) * np.einsum("ir,ij,rj->r", U, G, Vt)


def hessian(layers, mask):
    """J^T J / n: the Hessian where the observed residuals vanish, (D N^2, D N^2)."""
    rows = []
    for k, layer in enumerate(layers):
        for entry in range(layer.size):
            moved = np.zeros_like(layer)
            moved.flat[entry] = 1.0
            rows.append(end_to_end([*layers[:k], moved, *layers[k + 1 :]])[mask])
    J = np.array(rows)
    return J @ J.T / mask.sum()
