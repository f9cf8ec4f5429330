"""Sparse subnetworks: how sparse, and where the weights should lie."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

_SOURCE = "arXiv:2308.14831"
_SWAP = (Spoiler("layers", "mean_error", evidence.swapped),)

REPRODUCTION = Reproduction(
    name="sparse_subnetworks",
    paper="Continual learning with sparse subnetworks, arXiv:2308.14831",
    title="Random subnetworks for tasks in sequence",
    figures=(
        Recipe(
            "density",
            "Mean error of six tasks against the density of their masks, by the distance D of the "
            "tasks (lines exact, circles drawn); the tasks' errors near the best density.",
            _SOURCE,
            ("density",),
            pictures.density,
        ),
        Recipe(
            "layers",
            "Mean error with densities as n_l^-1/2 less that with equal ones, at equal total, for "
            "equal energy a weight and for more in small layers; exact.",
            _SOURCE,
            ("layers",),
            pictures.layers,
        ),
    ),
    claims=(
        Claim(
            name="masks_isolate",
            sentence="Sparse masks trade interference for capacity: there is a best density, and "
            "tasks alike by half or more share everything.",
            source=f"{_SOURCE}; the boundary derived",
            sweeps=("density",),
            check=evidence.masks_isolate,
            spoilers=(Spoiler("density", "mean_error", evidence.reversed_density),),
        ),
        Claim(
            name="erdos_renyi_when_dense",
            sentence="Erdős–Rényi densities are better than uniform ones when masks are dense.",
            source=_SOURCE,
            sweeps=("layers",),
            check=evidence.erdos_renyi_when_dense,
            spoilers=_SWAP,
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="uniform_when_sparse",
            sentence="Uniform densities are better when masks are sparse.",
            source=_SOURCE,
            sweeps=("layers",),
            check=evidence.uniform_when_sparse,
            spoilers=_SWAP,
            expected_verdict=Verdict.LIMITED,
            limits="equal energy a weight, where uniform is better at every density; with more in "
            "small layers Erdős–Rényi is better when masks are sparse",
        ),
    ),
)
