"""Averages of the Franz-Parisi potential, over a weight and over a pattern, given a solution J.

J is typical; arXiv:1408.1784, derived.
"""

from __future__ import annotations

import math

from toysim.jit import kernel
from toysim.models.perceptron.replica.averages import gaussian_nodes, near, site_averages
from toysim.numerics.gaussian import LOG_SQRT_2PI, inverse_mills, log_tail

TOLERANCE = 1e-13  # of an overlap, relative to 1 - p^2 ...
ROUNDING = 2e-15  # ... and of the sum that it is
MAX_STEPS = 100
NEGLIGIBLE = 80.0  # exp(-40): far inside the half-space where the reference would err


@kernel
def reference_sites(
    p_hat: float, t_hat: float, q_hat: float, q0_hat: float, step: float
) -> tuple[float, float, float, float, float]:
    """Averages over a weight of w, given the reference's weight J and its field sqrt(q0^) z.

        < g > = int Dz (1 + tanh(sqrt(q0^) z)) int Dv g(A)
        A = t^ z/sqrt(q0^) + p^ - t^ + sqrt(q^ - t^2/q0^) v

    for J = 1; J = -1 gives the same by symmetry. Returned: tanh A (overlap p), tanh^2 A (q), tanh A
    tanh(sqrt(q0^) z) (t), ln 2cosh A and (1 - tanh^2 A)^2.
    """
    width = math.sqrt(max(q0_hat, 1e-100))
    z, weight = gaussian_nodes(0.0, 1.0 / max(1.0, width), step)
    variance = q_hat - (t_hat / width) ** 2
    p = q = t = entropy = spread = 0.0
    for i in range(len(z)):
        reference = math.tanh(width * z[i])
        first, second, flat, log_sum = site_averages(
            variance, t_hat * (z[i] / width - 1.0) + p_hat, step
        )
        share = weight[i] * (1.0 + reference)
        p += share * first
        q += share * second
        t += share * first * reference
        entropy += share * log_sum
        spread += share * flat
    return p, q, t, entropy, spread


@kernel
def find_p_hat(
    p: float, guess: float, t_hat: float, q_hat: float, q0_hat: float, step: float
) -> float:
    """p^ at which the overlap with the reference is p: Newton on ln((1+p)/(1-p)), in a bracket.

    The overlap grows with p^, from -1 to 1; a secant without bracket diverges where q -> 1.
    """
    goal = math.atanh(p)
    low, high, p_hat = -math.inf, math.inf, guess
    for _ in range(MAX_STEPS):
        found, second, _, _, _ = reference_sites(p_hat, t_hat, q_hat, q0_hat, step)
        reached = abs(found) < 1.0
        miss = math.atanh(found) - goal if reached else math.copysign(math.inf, found)
        if abs(found - p) < ROUNDING + TOLERANCE * (1.0 - p * p):
            break
        low, high = (p_hat, high) if miss < 0.0 else (low, p_hat)
        slope = (1.0 - second) / (1.0 - found * found) if reached else 0.0
        far = 1.0 + abs(p_hat)
        step_back = miss / slope if slope > 0.0 else math.inf
        if not (abs(step_back) <= far and low < p_hat - step_back < high):
            unbounded = math.isinf(low) or math.isinf(high)
            step_back = math.copysign(far, miss) if unbounded else p_hat - 0.5 * (low + high)
        trial = p_hat - step_back
        if trial == p_hat:
            break
        p_hat = trial
    return p_hat


@kernel
def reference_patterns(
    q: float, t: float, p: float, q0: float, step: float
) -> tuple[float, float, float, float, float, float]:
    """Averages over a pattern that a typical solution J fits, of w's fields at overlaps q, t, p.

        < g > = int Dz int Dw K(z,w) g(omega),  omega = t z/sqrt(q0) + B w,  B^2 = q - t^2/q0
        K = H(-eta)/H(-a0 z),  eta = (a0 z + rho w)/sqrt(1 - rho^2),  a0^2 = q0/(1-q0)
        rho = (p - t)/(sqrt(1-q0) B)

    f = (G/H)(u)/sqrt(1-q) at u = -omega/sqrt(1-q), f0 the same of J at -a0 z. Returned: f^2 and f
    f0 (q^ and t^ at load 1), d< ln H >/dp, (df/domega)^2, ln H(u), and 1 (a check of the
    quadrature).
    """
    q0 = max(q0, 1e-100)
    room0, room = math.sqrt(1.0 - q0), math.sqrt(1.0 - q)
    along = (p - t) / room0
    # At p = q0 both vanish and rho is void; a narrower B than |along| is none of Gaussian fields.
    apart = max(q - t * t / q0 - along * along, 1e-12 * max(along * along, 1e-20))
    breadth = math.sqrt(along * along + apart)
    rho, left = along / breadth, math.sqrt(apart) / breadth
    a0 = math.sqrt(q0) / room0
    # K steps at w = -a0 z/rho, within left/|rho|; ln H turns at omega = 0, within room/B: nodes
    # gather at the narrower.
    step_width, turn_width = left / max(abs(rho), 1e-100), room / breadth
    scale = min(1.0, step_width, turn_width)
    centre = -a0 / rho if step_width < turn_width else -t / (math.sqrt(q0) * breadth)
    z, weight = gaussian_nodes(0.0, 1.0 / max(1.0, a0), step)
    q_hat = t_hat = by_p = slope = log_mean = one = 0.0
    for i in range(len(z)):
        mean = t * z[i] / math.sqrt(q0)
        log_fits = log_tail(-a0 * z[i])
        f0 = inverse_mills(-a0 * z[i]) / room0
        # Where J's pattern has z < 0, w lies just on the fitting side of K's step, however far that
        # is.
        w, inner = gaussian_nodes(centre * z[i] if z[i] < 0.0 else near(centre * z[i]), scale, step)
        for j in range(len(w)):
            eta = (a0 * z[i] + rho * w[j]) / left
            if eta < 0.0 and eta * eta - min(a0 * z[i], 0.0) ** 2 > NEGLIGIBLE:
                continue
            share = weight[i] * inner[j]
            kernel_share = share * math.exp(log_tail(-eta) - log_fits)
            u = -(mean + breadth * w[j]) / room
            mills = inverse_mills(u)
            f = mills / room
            q_hat += kernel_share * f * f
            t_hat += kernel_share * f * f0
            by_p += share * math.exp(-0.5 * eta * eta - LOG_SQRT_2PI - log_fits) * f
            slope += kernel_share * (f * (u - mills) / room) ** 2
            log_mean += kernel_share * log_tail(u)
            one += kernel_share
    return q_hat, t_hat, by_p / (room0 * left), slope, log_mean, one
