"""Starts of a chosen rank, norm and overlap with the task: how much of the tangent kernel changes.

A two-layer network with one output, whitened inputs and a readout at zero. With a flat spectrum all
of it happens in one hidden direction and one plane of inputs, so that the end is a closed form.
Runs without perturbation are made in these coordinates: rounding recruits no other direction, as it
does in a network written out, where a factor exp(int |e| dt) of 1e16 is enough.
"""

from toysim.model import Check, Discretisation, Landmark, Model, Observable
from toysim.models.deep_linear.structured_start.parameters import StructuredStartParameters
from toysim.records import Clock, course

TIME = Clock("time", "flow time", end=lambda p: p.duration)

_EQUATIONS = """\
e = beta - W'a,  W <- W + eta a e',  a <- a + eta W e;  W W' - a a' stays;  Theta = W'W + |a|^2 1
flat: B = F^2/r, A = (B + sqrt(B^2 + 4 s^2))/2, G = A - B = |a|^2, rho = share of beta in the rows
|d Theta|^2/|Theta|^2 = [2 A B (1-rho) + (d+3) G^2]/(B^2 r); W'W alone: G^2 for (d+3) G^2
|dW|^2 + |a|^2 = F^2 weight_change^2 = A + B - 2 sqrt(A B rho) + G
alpha = sqrt(B) sinh x,  x' = s c - (B/2) sinh 2x,  c' = s tanh x (1 - c^2),  c(0) = sqrt(rho)
full rank, l eigenvalues of W'W at the start, to first order: |a|^2 = sum beta_i^2/l_i,
d(W'W)_ij = beta_i beta_j (l_i^2 + l_j^2)/[l_i l_j (l_i + l_j)]
half learned: recruited ln(2 s/((h-r) eps^2) - 1)/(2 s), directly B/(2 s^2) ln((1-rho)/rho)"""

_AT = f"{__name__}.landmarks"
_OF_START = ("n_inputs", "rank", "start_norm", "teacher_norm")


def _seconds(p: StructuredStartParameters) -> float:
    size = p.rank * (p.rank + 1) if p.perturbation == 0.0 else p.width * p.n_inputs
    return 1e-4 + p.duration / p.learning_rate * (1.5e-8 + 1.5e-9 * size)


STRUCTURED_START = Model(
    id="deep_linear.structured_start",
    title="two-layer linear network from a start of chosen rank",
    parameters_class=StructuredStartParameters,
    clock=TIME,
    observables=(
        Observable(
            "kernel_change", "Frobenius norm of the tangent kernel's change over that of its start"
        ),
        Observable(
            "representation_change", "Frobenius norm of the change of W'W over that of its start"
        ),
        Observable("kernel_alignment", "cosine of the tangent kernel with that at the start"),
        Observable("weight_change", "norm of the change of W and a over that of W at the start"),
        Observable("readout_square", "|a|^2 of the readout at the end"),
        Observable(
            "recruited_share",
            "share of a'W beta carried by hidden directions outside the start's",
            scale=1.0,
        ),
        Observable("drawn_overlap", "share of |beta|^2 inside the start's row space"),
        Observable("half_learning_time", "flow time until a'W beta is s^2/2", "flow time"),
        Observable("residual", "|beta - W'a| at which the run ended"),
        course("strength", "output along the task, a'W beta"),
    ),
    diagnostics=(
        Observable(
            "leading_kernel_change",
            "kernel_change to first order in s^2 over the start's eigenvalues; full rank",
        ),
        Observable("leading_representation_change", "representation_change to the same order"),
        Observable("leading_readout_square", "readout_square to the same order"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    paired=True,
    theory_omits=("residual",),
    theory_ignores=("width", "tolerance"),
    discretisation=Discretisation(
        "learning_rate", 1, lambda p: p.spectrum == "flat" and p.perturbation == 0.0
    ),
    equations=_EQUATIONS,
    sources=("arXiv:2310.08513", "derived"),
    seconds=_seconds,
    theory_seconds=lambda p: 1e-3,
    checks=(
        Check(
            {"n_records": 5, "duration": 40.0, "learning_rate": 0.002, "overlap": 0.3},
            {"rank": [2, 4], "start_norm": [1.0, 2.0]},
            replicas=2,
        ),
    ),
    landmarks=(
        Landmark(
            "best_rank",
            "rank (real) of least rms change of the kernel over random tasks, flat spectrum",
            f"{_AT}:best_rank",
            ("n_inputs", "start_norm", "teacher_norm"),
            digits=4,
            along="rank",
        ),
        Landmark(
            "wide_best_rank",
            "best_rank of many inputs, [2/(3 (d+3))]^(1/4) F^2/s",
            f"{_AT}:wide_best_rank",
            ("n_inputs", "start_norm", "teacher_norm"),
            where="below n_inputs",
            along="rank",
        ),
        Landmark(
            "best_representation_rank",
            "rank (real) of least rms change of W'W over random tasks, flat spectrum",
            f"{_AT}:best_representation_rank",
            ("n_inputs", "start_norm", "teacher_norm"),
            digits=4,
            along="rank",
        ),
        Landmark(
            "wide_best_representation_rank",
            "best_representation_rank of many inputs, 1.2961 F^2/s",
            f"{_AT}:wide_best_representation_rank",
            ("n_inputs", "start_norm", "teacher_norm"),
            where="below n_inputs",
            along="rank",
        ),
        Landmark(
            "mean_kernel_change",
            "rms change of the kernel over random tasks, flat spectrum",
            f"{_AT}:mean_kernel_change",
            _OF_START,
        ),
        Landmark(
            "direct_time",
            "flow time in which a strong start learns half of the task along its own directions",
            f"{_AT}:direct_time",
            (*_OF_START[1:], "overlap"),
            unit="flow time",
            where="overlap in (0, 1/2)",
        ),
        Landmark(
            "recruiting_perturbation",
            "perturbation of the start from which on fresh hidden directions learn first",
            f"{_AT}:recruiting_perturbation",
            (*_OF_START[1:], "overlap", "width"),
            where="overlap in (0, 1/2), width above rank",
            along="perturbation",
        ),
    ),
    version=3,
)
