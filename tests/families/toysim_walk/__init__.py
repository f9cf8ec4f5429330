"""Families for the engine's tests, installed as another distribution: a random walk, and a model in
trouble.
"""

from pydantic import model_validator

from toysim.model import Check, Model, Observable, Parameters, Vector, parameter
from toysim.records import Clock, Recorded, course


class WalkParameters(Recorded):
    """Steps x <- x + weight_k (drift + noise z_k), repeated ``n_rounds`` times over the weights."""

    n_rounds: int = parameter(4, symbol="n", meaning="rounds over the weights", ge=1, le=10**6)
    drift: float = parameter(0.5, symbol="v", unit="m", meaning="mean step", ge=-10, le=10)
    noise: float = parameter(
        1.0, symbol="s", unit="m", meaning="standard deviation of a step", ge=0, le=100
    )
    weights: Vector = parameter((1.0, 2.0), symbol="w", meaning="weight of each step of a round")
    late_option: bool = parameter(False, symbol="o", meaning="a parameter added later", stream=True)

    @model_validator(mode="after")
    def _some_weight(self) -> "WalkParameters":
        if not self.weights:
            raise ValueError("weights is empty; give at least one weight")
        return self


_CLOCK = Clock("round", "rounds", end=lambda p: p.n_rounds, whole=True)

WALK = Model(
    id="walk.gaussian",
    title="Gaussian random walk with weighted steps",
    parameters_class=WalkParameters,
    observables=(
        Observable("position", "position after all rounds", unit="m"),
        Observable("square", "squared position after all rounds", unit="m^2"),
        course("course", "position after each recorded round", unit="m"),
    ),
    clock=_CLOCK,
    simulate=f"{__name__}.walking:simulate",
    theory=f"{__name__}.walking:theory",
    equations="x_T = sum_k w_k (v + s z_k)",
    sources=("elementary",),
    stochastic=True,
    theory_ignores=("late_option",),
    seconds=lambda p: 1e-7 * p.n_rounds * len(p.weights),
    theory_seconds=lambda p: 1e-4 * p.n_rounds,  # it says: calls that take long are tested with it
    checks=(
        Check(
            {"noise": 0.2, "n_records": 3},
            {"drift": [0.5, 1.0], "n_rounds": [4, 9]},
            400,
            _CLOCK.one_more,
        ),
    ),
)


class TroubleParameters(Parameters):
    """A cell fails when asked to."""

    x: float = parameter(0.0, symbol="x", meaning="value passed through")
    mode: int = parameter(
        0,
        symbol="m",
        meaning="0 fine, 1 raises, 2 hangs, 3 kills its process, 4 eats memory, 5 nan, 6 misshapen",
        ge=0,
        le=6,
    )
    rest: float = parameter(
        0.0, symbol="t", unit="s", meaning="seconds a row takes", ge=0, stream=False
    )


TROUBLE = Model(
    id="walk.trouble",
    title="a model whose cells raise, hang or die on request",
    parameters_class=TroubleParameters,
    observables=(Observable("y", "x plus a draw"),),
    simulate=f"{__name__}.trouble:simulate",
    stochastic=True,
)

MODELS = (WALK, TROUBLE)
