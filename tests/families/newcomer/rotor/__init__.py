"""A family that nobody listed anywhere: noisy rotors, dropped into models/ by the packaging
test.
"""

from toysim.model import Check, Model, Observable, Parameters, Vector, parameter


class RotorParameters(Parameters):
    """Angles advance by their frequencies plus noise."""

    frequencies: Vector = parameter(
        (1.0, 2.0), symbol="w", unit="rad", meaning="advance of each rotor a step"
    )
    noise: float = parameter(
        0.1, symbol="s", unit="rad", meaning="standard deviation of a step", ge=0, le=10
    )
    n_steps: int = parameter(5, symbol="n", meaning="number of steps", ge=1, le=1000)


ROTOR = Model(
    id="rotor.sum",
    title="Sum of noisy rotors' angles",
    parameters_class=RotorParameters,
    observables=(Observable("angle", "sum of the angles", unit="rad"),),
    simulate=f"{__name__}.dynamics:simulate",
    theory=f"{__name__}.dynamics:theory",
    equations="angle = n sum_i w_i",
    sources=("elementary",),
    stochastic=True,
    checks=(Check({}, {"n_steps": [4, 8]}, 100, lambda v: {**v, "n_steps": v["n_steps"] + 1}),),
)
MODELS = (ROTOR,)
