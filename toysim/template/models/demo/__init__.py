"""A random walk with drift."""

from toysim.model import Check, Model, Observable, Parameters, parameter


class WalkParameters(Parameters):
    drift: float = parameter(0.5, symbol="v", unit="m", meaning="mean of a step", ge=-10, le=10)
    n_steps: int = parameter(100, symbol="n", meaning="number of steps", ge=1, le=10**6)


MODELS = (
    Model(
        id="demo.walk",
        title="random walk with drift",
        parameters_class=WalkParameters,
        observables=(
            Observable("position", "position at the end", unit="m"),
            Observable("square", "square of its distance from the mean", unit="m2"),
        ),
        simulate=f"{__name__}.simulation:simulate",
        theory=f"{__name__}.theory:predict",
        stochastic=True,
        equations="x <- x + v + z, z normal; <x> = n v, <(x - n v)^2> = n",
        sources=("elementary",),
        seconds=lambda p: 1e-6 + 1e-8 * p.n_steps,
        checks=(
            Check(
                {},
                {"drift": [0.5, 1.0]},
                replicas=80_000,  # a variance to 3 % of itself at five standard errors
                shifted=lambda values: {**values, "n_steps": values["n_steps"] + 10},
            ),
        ),
    ),
)
