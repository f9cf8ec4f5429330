"""Closed forms of deep linear networks, each with where it holds: one mode, and two balanced
layers.

K is the strength of a pathway, S the singular value, D the depth, t flow time. Balanced means equal
layers, K = p^D. The depth-2 sigmoid is from arXiv:1312.6120; the others follow from the same flow
dK/dt = D K^(2-2/D) (S - K), in the setting of arXiv:2308.12221.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Numbers = float | Array


def strength_depth_one(t: Numbers, target: float, start: float) -> Any:
    """Linear regression, D = 1: K(t) = S - (S - K0) e^(-t), any K0."""
    return target + (start - target) * np.exp(-np.asarray(t))


def strength_depth_two(t: Numbers, target: Numbers, start: Numbers) -> Any:
    """Sigmoid of two balanced layers, one pathway (arXiv:1312.6120); K0 > 0.

    K(t) = S e^(2St) / (e^(2St) - 1 + S/K0) = S / (1 + (S/K0 - 1) e^(-2St))
    """
    return target / (1.0 + (target / start - 1.0) * np.exp(-2.0 * target * np.asarray(t)))


def strength_unbalanced(t: Numbers, target: Numbers, start: Numbers, imbalance: Numbers) -> Any:
    """Two layers of unequal size, one pathway: w2^2 - w1^2 = lambda stays (arXiv:2409.14623).

        dK/dt = sqrt(lambda^2 + 4 K^2) (S - K),      u = 2 K / (|lambda| + sqrt(lambda^2 + 4 K^2))
        u(t) = (u+ - u- r) / (1 - r),   r = (u0 - u+) / (u0 - u-) e^(-c t),   c = sqrt(lambda^2 + 4
                                        S^2)
        u+- = (-|lambda| +- c) / (2 S),     K = |lambda| u / (1 - u^2)

    Rich, lambda -> 0: the sigmoid of ``strength_depth_two``; lazy, |lambda| >> S: S - (S - K0)
    e^(-|lambda| t). K0 >= 0 and S > 0; at lambda = 0 K0 > 0. The differences u0 - u+ and 1 - u are
    written without cancellation, so that small lambda keeps its digits. Arguments broadcast.
    """
    t, target, start = (np.asarray(v, float) for v in (t, target, start))
    size = np.abs(np.asarray(imbalance, float))
    rate, slope = np.hypot(size, 2.0 * target), np.hypot(size, 2.0 * start)
    with np.errstate(divide="ignore", invalid="ignore"):
        u_plus, u_minus = 2.0 * target / (size + rate), -(size + rate) / (2.0 * target)
        crossed = 1.0 + size * (start + target) / (start * rate + target * slope)
        u_start_less_plus = (
            2.0 * size * (start - target) * crossed / ((size + slope) * (size + rate))
        )
        r = u_start_less_plus / (2.0 * start / (size + slope) - u_minus) * np.exp(-rate * t)
        one_less_plus = size * (1.0 + size / (rate + 2.0 * target)) / (size + rate)
        u, one_less_u = (
            (u_plus - u_minus * r) / (1.0 - r),
            (one_less_plus - r * (1.0 - u_minus)) / (1.0 - r),
        )
        strength = size * u / (one_less_u * (1.0 + u))
        return np.where(size == 0.0, strength_depth_two(t, target, start), strength)


def learning_time(
    start: Numbers, end: Numbers, target: float, depth: int, n_pathways: int = 1
) -> Any:
    """Flow time from a total strength to another, shared evenly by balanced pathways.

        D = 1:   ln[(S - K0)/(S - K1)] / Q
        D = 2:   ln[K1 (S - K0) / (K0 (S - K1))] / (2S)
        D >= 3:  G(K1) - G(K0),  G(K) = K^((2-D)/D) / ((2-D) S) * 2F1(1, (2-D)/D; 2/D; K/S)
        Q equal pathways: D >= 2 is slower by Q^(1-2/D)

    Valid for 0 < K0 < K1 < S. (At D >= 3, G is the integral of K^(2/D-2) / (D (S - K)).)
    """
    start, end = np.asarray(start, float), np.asarray(end, float)
    slowdown = float(n_pathways) ** (1.0 - 2.0 / depth)
    if depth == 1:
        return slowdown * np.log((target - start) / (target - end))
    if depth == 2:
        return np.log(end * (target - start) / (start * (target - end))) / (2.0 * target)
    return slowdown * (_antiderivative(end, target, depth) - _antiderivative(start, target, depth))


def _antiderivative(strength: Array, target: float, depth: int) -> Any:
    from scipy.special import hyp2f1  # 0.1 s to import, and seldom needed

    exponent = (2.0 - depth) / depth
    series = hyp2f1(1.0, exponent, 2.0 / depth, strength / target)
    return strength**exponent / ((2.0 - depth) * target) * series


def deep_learning_time(start: Numbers, end: Numbers, target: float) -> Any:
    """Limit of D * ``learning_time`` at infinite depth and fixed strengths, one pathway: dK/d(D t)
    = K^2 (S - K).

    [1/K0 - 1/K1] / S + ln[K1 (S - K0) / (K0 (S - K1))] / S^2;  valid for 0 < K0 < K1 < S.
    """
    start, end = np.asarray(start, float), np.asarray(end, float)
    logarithm = np.log(end * (target - start) / (start * (target - end)))
    return (1.0 / start - 1.0 / end) / target + logarithm / target**2


def plateau_length(start: Numbers, target: float, depth: int) -> Any:
    """Leading order of the time before a small balanced start K0 << S is learned.

    D = 2: ln(S/K0) / (2S);  D > 2: K0^(-(1-2/D)) / ((D-2) S).
    """
    start = np.asarray(start, float)
    if depth == 2:
        return np.log(target / start) / (2.0 * target)
    return start ** (2.0 / depth - 1.0) / ((depth - 2.0) * target)


def stable_step(target: float, depth: int, n_pathways: int = 1) -> float:
    """Largest step at which gradient descent settles at K = S, shared evenly by balanced pathways.

    2 / lambda_max with lambda_max = D S^(2-2/D) Q^(-(1-2/D)).
    """
    return float(2.0 / (depth * target ** (2.0 - 2.0 / depth) * n_pathways ** (2.0 / depth - 1.0)))


def end_state(target: float, distance: float, depth: int) -> tuple[float, float]:
    """(K_a, K_b) at the end of learning from the balanced pathways' distance x_a - x_b = C; D >= 2.

        K_a + K_b = S,   D = 2: K_a/K_b = e^(2C),   D > 2: p_b^(2-D) - p_a^(2-D) = (D-2) C

    Solved in log K of the weaker pathway, so that a loser many orders below S keeps its digits.
    """
    if distance < 0.0:
        strong, weak = end_state(target, -distance, depth)
        return weak, strong
    if distance == 0.0:
        return 0.5 * target, 0.5 * target
    if depth == 2:
        weak = target / (1.0 + np.exp(2.0 * distance))
        return float(target - weak), float(weak)
    from scipy.optimize import brentq  # 0.2 s to import, and seldom needed

    exponent = (2.0 - depth) / depth

    def mismatch(log_weak: float) -> float:
        rest = -target * np.expm1(log_weak - np.log(target))
        return float(np.exp(exponent * log_weak) - rest**exponent - (depth - 2.0) * distance)

    # K_b^e = (D-2) C + K_a^e with K_a between S/2 and S.
    low, high = (
        np.log((depth - 2.0) * distance + (share * target) ** exponent) / exponent
        for share in (0.5, 1.0)
    )
    weak = float(np.exp(brentq(mismatch, low - 1e-9, high + 1e-9, xtol=1e-15, rtol=1e-15)))
    return target - weak, weak


def balanced_flow(Q: Array, input_output: Array, balance: float, t: float) -> Array:
    """Two layers of any orientation, stacked as Q = [W1'; W2] (n_in + n_out, h), after time t >= 0.

        Q Q'(t) = e^(Ft) Q0 [I + Q0' (int_0^t e^(2Fs) ds) Q0]^(-1) Q0' e^(Ft)
        F = [[-lambda/2 I, Sigma'], [Sigma, lambda/2 I]],  Sigma = ``input_output`` (n_out, n_in)

    Valid for one pathway of depth 2, whitened inputs and W2' W2 - W1 W1' = lambda I (``balance``)
    at the start, which the flow conserves (arXiv:2409.14623; lambda = 0: Braun et al., NeurIPS
    2022). Returned is one root of Q Q', with at most n_in + n_out columns; its lower left block is
    W2 W1. Long times are taken in parts: the solution is a semigroup, and e^(Ft) overflows.
    """
    n_out, n_in = input_output.shape
    sides = np.repeat([-0.5 * balance, 0.5 * balance], [n_in, n_out])
    F = np.diag(sides)
    F[n_in:, :n_in], F[:n_in, n_in:] = input_output, input_output.T
    rates, vectors = np.linalg.eigh(F)
    parts = max(1, int(np.ceil(t * np.abs(rates).max() / 2.0)))
    s = t / parts
    growth = np.exp(rates * s)[:, None]
    nonzero = np.where(rates == 0.0, 1.0, rates)
    integral = np.where(rates == 0.0, s, np.expm1(2.0 * rates * s) / (2.0 * nonzero))[:, None]
    G = vectors.T @ Q
    if G.shape[1] > len(G):
        G = np.asarray(np.linalg.qr(G.T, mode="r")).T
    for _ in range(parts):
        root = np.linalg.cholesky(np.eye(G.shape[1]) + G.T @ (integral * G))
        G = np.linalg.solve(
            root, (growth * G).T
        ).T  # SciPy's triangular solve starts threads: 2 ms each
    return np.asarray(vectors @ G)
