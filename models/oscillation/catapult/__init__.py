"""Catapult: a two-layer linear network at a step too large for its start.

One sample with input 1 and label 0, f = u.v/sqrt(n). Above eta lambda = 2 the loss grows until it
is of order the width n; then the tangent kernel lambda falls, and descent ends at a flatter
minimum. Above 4 it diverges. Output and kernel close exactly under an update (arXiv:2003.02218).
"""

from toysim.model import Check, Dim, Model, Observable
from toysim.models.oscillation.catapult.parameters import CatapultParameters

_EQUATIONS = """\
f = u.v/sqrt(n), L = f^2/2, lambda = (|u|^2 + |v|^2)/n;
    u <- u - eta f v/sqrt(n), v <- v - eta f u/sqrt(n)
f <- f (1 - eta lambda + eta^2 f^2/n),  lambda <- lambda + (eta f^2/n)(eta lambda - 4)
lazy for eta lambda_0 < 2, catapult between 2 and 4, divergent above 4 (up to 1/n)"""

_RECORD = ("record",)


def _exact(name: str, long_name: str, dims: tuple[str, ...] = ()) -> Observable:
    """Two ways of computing the same numbers; rounding may grow by up to 1e5 (see
    ``factorised``).
    """
    return Observable(name, long_name, dims=dims, rtol=1e-9, atol=1e-9, scale=1.0)


CATAPULT = Model(
    id="oscillation.catapult",
    title="catapult of a two-layer linear network",
    parameters_class=CatapultParameters,
    dims=(Dim("record", "record of the time course", lambda p: p.n_records),),
    observables=(
        Observable("update", "update of the record", dims=_RECORD),
        _exact("output", "output f", _RECORD),
        _exact("eta_kernel", "learning rate times tangent kernel lambda", _RECORD),
        _exact("loss", "loss", _RECORD),
        _exact("final_output", "output f at the end"),
        _exact("final_eta_kernel", "learning rate times tangent kernel at the end"),
        _exact("final_loss", "loss at the end"),
        _exact("peak_loss", "largest loss on the way"),
    ),
    diagnostics=(
        Observable("rounding_growth", "largest logarithm by which a rounding error grows"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    paired=True,
    theory_omits=("update",),
    equations=_EQUATIONS,
    sources=("arXiv:2003.02218",),
    seconds=lambda p: 2e-5 + p.width * (3e-8 + 2e-9 * p.n_steps),
    checks=(
        Check(
            {"width": 100, "n_steps": 15, "n_records": 6},
            {"start_eta_kernel": [1.5, 2.2, 3.0, 3.5]},
            replicas=3,
            shifted=lambda values: {**values, "n_steps": values["n_steps"] + 1},
        ),
        Check({"width": 500}, {"start_eta_kernel": [1.0, 1.9, 2.5, 3.0, 3.5]}, replicas=2),
    ),
)
