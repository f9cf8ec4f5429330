"""One unit read in bins: where the compression of an information plane comes from."""

from typing import Literal

from toysim.model import Check, Landmark, Model, Observable, Parameters, parameter


class BinnedUnitParameters(Parameters):
    """A unit f(w x) of a normal input x, and how it is read."""

    activation: Literal["tanh", "linear", "relu"] = parameter(
        "tanh", symbol="f", meaning="the unit's nonlinearity"
    )
    weight: float = parameter(
        1.0, symbol="w", meaning="weight of the input x ~ N(0, 1)", ge=1e-6, le=1000
    )
    n_bins: int = parameter(
        30,
        symbol="bins",
        meaning="bins of [-1, 1]; linear and relu: as wide, over the whole line, an edge at 0",
        ge=1,
        le=1000,
    )
    n_samples: int = parameter(
        100_000, symbol="N", meaning="samples that the entropy is of", ge=10, le=10**6
    )


def n_bins(p: BinnedUnitParameters) -> float:
    """Bins that samples reach: nine standard deviations on both sides."""
    return p.n_bins if p.activation == "tanh" else p.n_bins * max(1.0, 9.0 * p.weight)


BINNED_UNIT = Model(
    id="deep_linear.binned_unit",
    title="information of one binned unit: tanh saturates, a linear unit does not",
    parameters_class=BinnedUnitParameters,
    observables=(
        Observable(
            "information",
            "entropy of the shares of the samples in the unit's bins",
            "nat",
            atol=1e-6,
        ),
    ),
    diagnostics=(
        Observable(
            "exact_information",
            "entropy of the bins' probabilities, infinitely many samples",
            "nat",
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations="""\
p_i = Phi(e_(i+1)/w) - Phi(e_i/w), edges through artanh for tanh; relu: all of x < 0 in the first
H of N samples: sum_i p_i (ln N - E ln(1 + J)), J ~ Binomial(N - 1, p_i)""",
    sources=("arXiv:1703.00810", "elementary"),
    seconds=lambda p: 5e-5 + 3e-8 * p.n_samples,
    theory_seconds=lambda p: 3e-3 + 1e-6 * n_bins(p) + min(0.1, 1e-5 * n_bins(p)),
    checks=(
        Check(
            {"n_samples": 500},
            {"activation": ["tanh", "linear", "relu"], "weight": [0.5, 5.0]},
            replicas=200,
        ),
    ),
    landmarks=(
        Landmark(
            "best_weight",
            "weight of a tanh unit of largest exact information; beyond, saturation compresses",
            f"{__name__}.bins:best_weight",
            ("n_bins",),
            unit="1",
            digits=6,
            where="three bins or more",
            along="weight",
        ),
    ),
)
