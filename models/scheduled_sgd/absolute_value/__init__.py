"""Subgradient descent on G |x|, the worst case of a convex loss with gradients of size G.

With the rate D/(G sqrt T) at its peak and linear decay, the last iterate is within D G/sqrt T of
the minimum from every start within D (arXiv:2310.07831), here by far.
"""

from toysim.model import Model, Observable
from toysim.models.scheduled_sgd.absolute_value.parameters import AbsoluteValueParameters
from toysim.models.scheduled_sgd.declarations import UPDATES
from toysim.records import course

ABSOLUTE_VALUE = Model(
    id="scheduled_sgd.absolute_value",
    title="subgradient descent on |x| from all starts, under learning-rate schedules",
    parameters_class=AbsoluteValueParameters,
    clock=UPDATES,
    observables=(
        course("loss", "largest loss of all starts"),
        Observable("worst_loss", "largest loss of all starts at the end"),
        Observable("bound", "D G/sqrt T"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    equations="x <- x - eta_t G sign x,  eta_t = share of the schedule times D/(G sqrt T),\n"
    "x_0 = D k/n, k = 1..n;  loss G |x|, its worst over k",
    sources=("arXiv:2310.07831",),
    seconds=lambda p: 1e-5 + p.n_steps * (2e-8 + 1e-9 * p.n_starts),
)
