"""Deterministic equivalent of ridge regression on Gaussian features of any spectrum.

    n = sum_i h_i/(h_i + kappa) + lambda/kappa,   D = sum_i (h_i/(h_i + kappa))^2/n,
    test = [sum_i c_i (kappa/(h_i + kappa))^2 + s^2]/(1 - D),  train = test (lambda/(n kappa))^2.

At lambda = 0 the fit interpolates where n < d, and kappa is 0 where n >= d. Where modes repeat, a
sum over i counts each as often as ``count`` says, and n need not be whole: per feature, say.

Standard; off by a share of about 2/(n (1 - D)) at n samples (measured, both losses).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar

Array = npt.NDArray[np.float64]

LEAST_SIZE = 150.0  # n (1 - D) from which on the losses are within 1.5 %
ROUNDED = 1e-10  # of the signal: a loss below, or such a penalty, is lost in rounding


@dataclass(frozen=True)
class Fit:
    """Ridge regression with n samples; ``size`` is n (1 - D), which must be large."""

    kappa: float
    penalty: float
    size: float
    test: float
    train: float


@dataclass(frozen=True)
class Ridge:
    """A regression problem: variances h (d,), signals c (d,), noise variance."""

    h: Array
    c: Array
    label_noise: float
    count: Array | float = 1.0

    @property
    def modes(self) -> float:
        """How many there are, d."""
        return float(np.sum(self.count * np.ones(len(self.h))))

    def degrees(self, kappa: float, power: int = 1) -> float:
        """sum_i (h_i/(h_i + kappa))^power."""
        return float(np.sum(self.count * (self.h / (self.h + kappa)) ** power))

    def kappa(self, n: float, penalty: float) -> float:
        """Root in log(kappa): it spans twenty decades. Its bounds follow from h/(h + kappa) between
        0 and h/kappa; without a penalty from the smallest h.
        """
        low = penalty / n
        if penalty == 0.0:
            if n >= self.modes:
                return 0.0
            low = float(self.h.min()) * (self.modes - n) / n
        high = (float(np.sum(self.count * self.h)) + penalty) / n

        def excess(log_kappa: float) -> float:
            k = math.exp(log_kappa)
            return self.degrees(k) + penalty / k - n

        ends = math.log(low) - 1e-9, math.log(high) + 1e-9
        return math.exp(brentq(excess, *ends, xtol=1e-13))

    def at(self, n: float, kappa: float, penalty: float) -> Fit:
        unfit = n - self.degrees(kappa, 2)
        bias = float(np.sum(self.count * self.c * (kappa / (self.h + kappa)) ** 2))
        test = (bias + self.label_noise) * n / unfit if unfit > 0.0 else math.inf
        left = penalty / (n * kappa) if kappa > 0.0 else 1.0 - self.modes / n
        return Fit(kappa, penalty, unfit, test, test * left**2)

    def fit(self, n: float, penalty: float) -> Fit:
        return self.at(n, self.kappa(n, penalty), penalty)

    def reliable(self, n: int, fit: Fit) -> bool:
        """Whether n (1 - D) is large and nothing is lost in rounding."""
        exact = fit.test > ROUNDED * self.c.sum()
        held = fit.penalty > ROUNDED * (self.h.sum() + n)
        return bool(exact and held and fit.size >= LEAST_SIZE)

    def best(self, n: int) -> Fit:
        """The penalty of the least test loss, to 1e-7: a grid over decades of kappa, then a search
        beside its best; at least 1e-12 of the features' summed variance.
        """
        least = 1e-12 * float(self.h.sum())
        low = math.log(self.kappa(n, least))
        high = math.log(1e3 * (float(self.h.max()) + float(self.h.sum()) / n))

        def loss(log_kappa: float) -> float:
            return self.at(n, math.exp(log_kappa), 0.0).test

        grid = np.linspace(low, high, 60)
        k = int(np.argmin([loss(x) for x in grid]))
        bounds = (grid[max(k - 1, 0)], grid[min(k + 1, 59)])
        found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-7})
        kappa = math.exp(float(found.x))
        penalty = kappa * (n - float(np.sum(self.h / (self.h + kappa))))
        return self.at(n, kappa, max(penalty, least))
