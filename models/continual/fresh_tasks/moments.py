"""Exact means and second moments of all task errors, which close in the errors and the teachers'
distances alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import inlined, kernel

Array = npt.NDArray[np.float64]


class Data(NamedTuple):
    """What the data of a visit enter by: d, q = n/d; S1, S2, mean and mean square of the noise's
    squared length; c1, c2 of the projector on n directions, r1, r2 of that on the others.
    """

    d: float
    q: float
    s1: float
    s2: float
    c1: float
    c2: float
    r1: float
    r2: float


def data(d: int, n: int, noise: float) -> Data:
    """S1 = s2 n/(d-n-1), S2 = s2^2 n(n+2)/((d-n-1)(d-n-3)), NaN where they are infinite;
    c2 = n(d-n)/(d(d-1)(d+2)), c1 = n((d+1)n - 2)/(d(d-1)(d+2)), r1, r2 at d - n; derived.
    """
    free, below = float(d - n - 1), float(d) * (d - 1.0) * (d + 2.0)
    s1 = (noise * n / free if free > 0 else np.nan) if noise else 0.0
    s2 = (s1 * noise * (n + 2.0) / (free - 2.0) if free > 2 else np.nan) if noise else 0.0
    c = [k * ((d + 1.0) * k - 2.0) / below for k in (n, d - n)]
    mixed = float(n) * (d - n) / below
    return Data(float(d), n / d, s1, s2, c[0], mixed, c[1], mixed)


@inlined
def product(
    q: Array, f0: float, f1: float, f2: float, f3: float, g0: float, g1: float, g2: float, g3: float
) -> float:
    """E f g of f = f0 + f1 e_i + f2 e_l + f3 e_j and g alike; q (4, 4) are the moments of
    (1, e_i, e_l, e_j).
    """
    total: float = (
        f0 * (g0 + q[0, 1] * g1 + q[0, 2] * g2 + q[0, 3] * g3)
        + f1 * (q[0, 1] * g0 + q[1, 1] * g1 + q[1, 2] * g2 + q[1, 3] * g3)
        + f2 * (q[0, 2] * g0 + q[1, 2] * g1 + q[2, 2] * g2 + q[2, 3] * g3)
        + f3 * (q[0, 3] * g0 + q[1, 3] * g1 + q[2, 3] * g2 + q[3, 3] * g3)
    )
    return total


@inlined
def mean(q: Array, f0: float, f1: float, f2: float, f3: float) -> float:
    """E f."""
    total: float = f0 + f1 * q[0, 1] + f2 * q[0, 2] + f3 * q[0, 3]
    return total


@kernel
def pair_moment(q: Array, d_il: float, d_ij: float, d_jl: float, kappa: float, data: Data) -> float:
    """E e_i' e_l' after a visit to j; derived. With x_i = w - v_i, b_i = v_j - v_i, P the
    projector, A_il = x_i.x_l, C_il = x_i.b_l, B_il = b_i.b_l, g_i = a x_i + kappa b_i, a = 1-kappa,

        e_i' = |(I-P) x_i + P g_i + kappa u|^2
        E e_i' e_l' = r1 A_ii A_ll + 2 r2 A_il^2 + c1 G_ii G_ll + 2 c2 G_il^2
            + (q - c1) (A_ii G_ll + A_ll G_ii) - 2 c2 ((x_i.g_l)^2 + (x_l.g_i)^2)
            + 4 kappa^2 S1/d G_il + kappa^4 S2
            + kappa^2 S1 [(1-q) (A_ii + A_ll) + q (G_ii + G_ll)],
    A_il = (e_i + e_l - D_il)/2, C_il = (e_l - e_j + D_ij - D_il)/2,
    B_il = (D_ij + D_jl - D_il)/2, G_il = a^2 A_il + kappa a (C_il + C_li) + kappa^2 B_il.
    """
    k, a = kappa, 1.0 - kappa
    # Affine forms in (1, e_i, e_l, e_j)
    g_ii = (k * d_ij, a, 0.0, -k * a)
    g_ll = (k * d_jl, 0.0, a, -k * a)
    g_il = (0.5 * (k * (d_ij + d_jl) - d_il), 0.5 * a, 0.5 * a, -k * a)
    x_il = (0.5 * (k * d_ij - d_il), 0.5 * a, 0.5, -0.5 * k)
    x_li = (0.5 * (k * d_jl - d_il), 0.5, 0.5 * a, -0.5 * k)
    total: float = data.r1 * q[1, 2] + 2.0 * data.r2 * product(
        q, -0.5 * d_il, 0.5, 0.5, 0.0, -0.5 * d_il, 0.5, 0.5, 0.0
    )
    total += data.c1 * product(q, *g_ii, *g_ll) + 2.0 * data.c2 * product(q, *g_il, *g_il)
    total += (data.q - data.c1) * (
        product(q, 0.0, 1.0, 0.0, 0.0, *g_ll) + product(q, 0.0, 0.0, 1.0, 0.0, *g_ii)
    )
    total -= 2.0 * data.c2 * (product(q, *x_il, *x_il) + product(q, *x_li, *x_li))
    noise = k * k * data.s1
    if noise > 0.0:
        ii, ll, il = mean(q, *g_ii), mean(q, *g_ll), mean(q, *g_il)
        total += noise * ((1.0 - data.q) * (q[0, 1] + q[0, 2]) + data.q * (ii + ll))
        total += 4.0 * noise / data.d * il + k**4 * data.s2
    return total


@kernel
def mean_error(own: float, visited: float, distance: float, kappa: float, data: Data) -> float:
    """e_i <- (1 - q kappa) e_i + q kappa D_ij - q kappa (1-kappa) e_j + kappa^2 S1; at kappa = 1
    arXiv:2302.05836.
    """
    qk = data.q * kappa
    kept = (1.0 - qk) * own + qk * distance - qk * (1.0 - kappa) * visited
    return kept + kappa * kappa * data.s1


@kernel
def advance(n: Array, far: Array, chance: Array, kappa: float, data: Data) -> Array:
    """N = E (1, e)(1, e)' (K+1, K+1) after a visit to task j with probability ``chance`` (K,);
    ``far`` (K, K) the squared distances.
    """
    tasks = len(far)
    new, q = np.zeros_like(n), np.empty((4, 4))
    new[0, 0] = 1.0
    for j in range(tasks):
        if chance[j] == 0.0:
            continue
        for i in range(tasks):
            after = mean_error(n[0, i + 1], n[0, j + 1], far[i, j], kappa, data)
            new[0, i + 1] += chance[j] * after
            for k in range(i + 1):
                at = (0, i + 1, k + 1, j + 1)
                for a in range(4):
                    for b in range(a, 4):
                        q[a, b] = n[at[a], at[b]]
                moment = pair_moment(q, far[i, k], far[i, j], far[j, k], kappa, data)
                new[i + 1, k + 1] += chance[j] * moment
    for i in range(tasks + 1):
        new[i, 0] = new[0, i]
        for k in range(1, i):
            new[k, i] = new[i, k]
    return new


@kernel
def course(n: Array, far: Array, chances: Array, kappa: Array, data: Data, kept: Array) -> None:
    """N after 0..T visits, ``kept`` (T+1, K+1, K+1), from ``n``; chances (T, K), kappa (T,)."""
    kept[0] = n
    for k in range(len(kappa)):
        kept[k + 1] = advance(kept[k], far, chances[k], kappa[k], data)
