"""Laws of the best rate: what it falls and rises with, in two factors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from toysim.jit import kernel
from toysim.models.scheduled_sgd.optimal.search import Problem, forward
from toysim.numerics.elementary import exp
from toysim.numerics.least_squares import padded

Array = npt.NDArray[np.float64]

ROUNDS, DAMPING = 60, 0.3
CAP = 0.45  # of the rate at noise of samples, times sqrt B


@kernel
def built(h: Array, weights: Array, cap: float, rates: Array) -> None:
    """Rates (T,) from the last back: eta_t = min(cap, weights_t/sqrt K(u_t)), u_t the sum of the
    rates after t, K(u) = sum_i h_i^2 e^(-2 h_i u).
    """
    later, terms = 0.0, np.empty(len(h))
    for t in range(len(rates) - 1, -1, -1):
        for i in range(len(h)):
            terms[i] = h[i] * h[i] * exp(-2.0 * h[i] * later)
        rates[t] = min(cap, weights[t] / np.sqrt(np.sum(terms)))
        later += rates[t]


def law_rates(problem: Problem, n_steps: int) -> tuple[Array, float]:
    """Rates (T,) of the law and their mean final loss; the amplitude is that of the least loss.

    Additive noise: eta = min(limit, sqrt(lambda/K(u))), which falls with t (shape after
    arXiv:2602.06797). Noise of samples: eta_t proportional to [(S_t + s2) K(u_t)]^(-1/2), S_t that
    of the rates themselves: the loss falls, which is the warm-up, and K rises, which is the decay
    (derived; to 4 % for s2 >= .1 S_0 and B <= 4).
    """
    cap = problem.limit
    if problem.sampled:
        cap = min(cap, CAP * np.sqrt(problem.batch))
    law = _Law(problem, n_steps, cap)
    found = minimize_scalar(law.loss, bounds=(-12.0, 4.0), method="bounded")
    return law.rates, law.loss(found.x)


class _Law:
    """The law at one amplitude after another; the states of the last are where the next begins."""

    def __init__(self, problem: Problem, n_steps: int, cap: float) -> None:
        self.problem, self.cap, self.h = problem, min(cap, 1e6), padded(problem.h)
        self.states, self.twice = np.empty((n_steps, len(self.h))), np.zeros(n_steps)
        self.states[0] = padded(problem.signal)
        self.rates = np.empty(n_steps)

    def loss(self, log_amplitude: float) -> float:
        amplitude = float(np.exp(log_amplitude))
        self.twice[:] = self.problem.signal.sum()
        weights = np.full(len(self.rates), amplitude)
        for _ in range(ROUNDS if self.problem.sampled else 1):
            built(self.problem.h, weights, self.cap, self.rates)
            loss = self._run()
            if self.problem.sampled:
                asked = amplitude / np.sqrt(self.twice + self.problem.noise)
                weights = weights ** (1.0 - DAMPING) * asked**DAMPING
        return loss if np.isfinite(loss) else np.inf

    def _run(self) -> float:
        _, _, noise, batch, sampled, _ = self.problem
        return forward(self.states, self.twice, self.h, noise, batch, sampled, self.rates)
