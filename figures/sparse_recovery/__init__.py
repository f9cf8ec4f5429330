"""Sparse recovery by l1: what is found at each penalty, and how dense a signal may be."""

from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

REPRODUCTION = Reproduction(
    name="sparse_recovery",
    paper="The lasso by approximate message passing, arXiv:1008.2581, 0907.3574",
    title="When does l1 find the signal, and what else does it find?",
    figures=(
        Recipe(
            "curve",
            "Squared error (top) and shares found (bottom) over the penalty: means with standard "
            "errors, lines the state evolution.",
            "arXiv:1008.2581",
            ("curve",),
            pictures.curve,
        ),
        Recipe(
            "boundary",
            "Mean squared error without noise at a small penalty over samples and density; the "
            "line is the boundary as the penalty goes to 0, dashes the band left undecided.",
            "arXiv:0907.3574",
            ("boundary",),
            pictures.boundary,
        ),
        Recipe(
            "size",
            "Dimension times the distance from the state evolution, with standard errors.",
            "derived",
            ("size",),
            pictures.size,
        ),
    ),
    claims=(
        Claim(
            name="state_evolution",
            sentence="State evolution predicts the error of the lasso and what it selects.",
            source="arXiv:1008.2581",
            sweeps=("curve",),
            check=evidence.state_evolution,
            spoilers=(Spoiler("curve", "squared_error", evidence.a_fifth_more),),
        ),
        Claim(
            name="boundary_of_recovery",
            sentence="Without noise a signal is found exactly below a density that the samples "
            "set in closed form.",
            source="arXiv:0907.3574, closed form derived",
            sweeps=("boundary",),
            check=evidence.boundary_of_recovery,
            spoilers=(Spoiler("boundary", "squared_error", evidence.axes_exchanged),),
        ),
        Claim(
            name="finite_size_costs_one_over_d",
            sentence="A finite dimension d costs c/d of the squared error.",
            source="derived",
            sweeps=("size",),
            check=evidence.finite_size_costs_one_over_d,
            spoilers=(Spoiler("size", "squared_error", evidence.more_with_size),),
        ),
    ),
    beyond_theory={
        "boundary": "few nonzeros, and next to the boundary large fluctuations",
        "size": "dimensions that are small on purpose",
    },
)
