"""The page on transitions runs as it stands, and its numbers are held against exact ones."""

import math
from pathlib import Path

import numpy as np
import pytest
from test_readme import blocks

import toysim


def magnet_cumulant(n, temperature):
    """Exact Binder cumulant of n spins with energy -n m^2 / 2, by counting."""
    up = np.arange(n + 1)
    m = 2.0 * up / n - 1.0
    ways = np.array([math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in up])
    log = ways + n * m**2 / (2.0 * temperature)
    weight = np.exp(log - log.max())
    m2, m4 = (np.sum(weight * m**k) / weight.sum() for k in (2, 4))
    return 1.0 - m4 / (3.0 * m2**2)


@pytest.mark.slow
def test_both_transitions_of_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = {}
    for block in blocks("python", "docs/transitions.md"):
        exec(block, found)
    cumulant = found["cumulant"]
    exact = [[magnet_cumulant(n, t) for t in cumulant["temperature"].values] for n in (40, 80, 160)]
    off = (cumulant["value"].transpose("size", "temperature") - exact) / cumulant["error"]
    assert abs(off).max() < 5
    law = 1 - math.gamma(1.25) * math.gamma(0.25) / (3 * math.gamma(0.75) ** 2)
    assert abs(found["limit"]["value"] - law) < 5 * found["limit"]["error"]
    width, critical = (found["scaled"].sel(fitted=name) for name in ("width", "critical"))
    assert abs(width["value"] - 0.5) < 5 * width["error"]
    assert abs(critical["value"] - 1.0) < 1 / math.sqrt(160)  # the window of the largest size
    assert 0.75 < found["growth"] < 1.25  # nearer to 1 than to the 1/2 of a continuous one
    for name in ("continuous", "first_order"):
        assert Path(f"{name}_transition.png").stat().st_size > 10_000


def test_the_moments_of_a_small_magnet_are_the_exact_ones():
    asked = {"size": 10, "alpha": 0.0, "n_records": 1, "n_sweeps": 30, "theory": False}
    data = toysim.sweep("memory.hopfield", temperature=[0.8, 1.5], replicas=1000, **asked)
    found = data.toysim.binder("overlap")
    exact = [magnet_cumulant(10, t) for t in (0.8, 1.5)]
    assert (abs(found["value"] - exact) < 5 * found["error"]).all()
