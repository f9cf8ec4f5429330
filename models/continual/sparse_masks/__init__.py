"""Random subnetworks: each task sets the weights of its own mask; sparse masks trade interference
for capacity.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.continual.sparse_masks.parameters import SparseMasksParameters

_EQUATIONS = """\
task k reads out the weights of its mask, the others are 0; |v|^2 = 1, |v_i - v_j|^2 = D in the mean
E error_k = 1 - rho + rho D (1 - (1-rho)^later), later = T - k (overwrite), k - 1 (freeze)
mean = 1 + (D-1) rho - (D/T)(1 - (1-rho)^T); best rho = 1 - ((D-1)/D)^(1/(T-1)), or 1 for D <= 1"""


def _seconds(p: SparseMasksParameters) -> float:
    return 1e-4 + 6e-8 * p.n_tasks * sum(p.sizes) + 2e-9 * p.n_tasks**2 * sum(p.sizes)


SPARSE_MASKS = Model(
    id="continual.sparse_masks",
    title="random subnetworks for tasks in sequence",
    parameters_class=SparseMasksParameters,
    dims=(
        Dim("task", "task", lambda p: p.n_tasks),
        Dim("pair", "pair of tasks", lambda p: p.n_tasks * (p.n_tasks - 1) // 2),
        Dim("layer", "layer", lambda p: len(p.sizes)),
    ),
    observables=(
        Observable("error", "squared error of a task's readout after all tasks", dims=("task",)),
        Observable("mean_error", "mean over tasks"),
        # Of few weights and runs it may be 0 in all of them: then the runs know no error.
        Observable("overlap", "share of the weights in both masks", dims=("pair",), atol=1e-3),
    ),
    diagnostics=(
        Observable("layer_density", "density of a layer's masks, as rounded", dims=("layer",)),
        Observable(
            "best_layer_density", "densities of the least error at equal total", dims=("layer",)
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2308.14831", "derived"),
    seconds=_seconds,
    theory_seconds=lambda p: 2e-3,
    checks=(
        Check(
            {"dimension": 60, "n_tasks": 4},
            {
                "density": [0.1, 0.4],
                "distance": [0.5, 2.0],
                "rule": ["overwrite", "freeze"],
            },
            replicas=3000,
            shifted=lambda values: {**values, "density": values["density"] + 0.02},
        ),
        Check(
            {
                "layer_sizes": (16, 64, 100),
                "layer_energies": (2.0, 1.0, 0.5),
                "n_tasks": 3,
                "density": 0.5,
            },
            {"allocation": ["uniform", "erdos_renyi"]},
            replicas=3000,
        ),
    ),
    landmarks=(
        Landmark(
            "best_density",
            "density of masks of the least mean error, of weights that matter equally",
            f"{__name__}.landmarks:best_density",
            ("n_tasks", "distance"),
            along="density",
        ),
    ),
)
