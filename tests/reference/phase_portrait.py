"""Reference for the phase portrait of arXiv:2308.12221, figure 1: plain NumPy, independent of the
engine.

Two pathways with first layers p and other layers sqrt(p^2 + 1), explicit Euler with dt = 1e-3,

    p <- p + dt * g * (p^2 + 1)^((D-1)/2) * (S - K_a - K_b),    K = p (p^2 + 1)^((D-1)/2)

p drawn from N(0, 0.01^2), S = 10, 1000 updates, pathway b frozen in a window of updates [start,
stop).

    python tests/reference/phase_portrait.py tests/golden/phase_portrait.json
"""

import json
import sys

import numpy as np

DEPTHS = (2, 5, 8, 13)
WINDOWS = {"early": (0, 14), "late": (99, 114)}
TARGET, DT, N_STEPS, SPREAD = 10.0, 1e-3, 1000, 0.01
N_DRAWS, SEED = 20_000, 20231212


def final_strengths(depth, window, p):
    """K (2, n) after all updates, from first layers p (2, n)."""
    power = 0.5 * (depth - 1)
    for n in range(N_STEPS):
        others = (p * p + 1.0) ** power
        change = DT * others * (TARGET - np.sum(p * others, axis=0))
        if window[0] <= n < window[1]:
            change[1] = 0.0
        p = p + change
    return p * (p * p + 1.0) ** power


def summary(strength):
    """Mean and standard deviation of K_b with their standard errors (fourth moment), and a's share
    of wins.
    """
    b = strength[1]
    n, mean, sd = b.size, b.mean(), b.std(ddof=1)
    fourth = np.mean((b - mean) ** 4)
    variance_error = np.sqrt((fourth - (n - 3) / (n - 1) * sd**4) / n)
    return {
        "mean": mean,
        "mean_error": sd / np.sqrt(n),
        "sd": sd,
        "sd_error": variance_error / (2.0 * sd),
        "kurtosis": fourth / sd**4,
        "a_wins": float(np.mean(strength[0] > b)),
    }


def portrait(windows=WINDOWS):
    """Summaries of K_b by "deficit depth"; every panel draws anew, in order."""
    generator = np.random.default_rng(SEED)
    panels = {}
    for name, window in windows.items():
        for depth in DEPTHS:
            start = SPREAD * generator.standard_normal((2, N_DRAWS))
            panels[f"{name} {depth}"] = summary(final_strengths(depth, window, start))
    return panels


if __name__ == "__main__":
    made = {
        "command": "python tests/reference/phase_portrait.py tests/golden/phase_portrait.json",
        "numpy": np.__version__,
        "seed": SEED,
        "draws": N_DRAWS,
        "windows": WINDOWS,
    }
    with open(sys.argv[1], "w") as file:
        json.dump({"made": made, "panels": portrait()}, file, indent=1)
        file.write("\n")
