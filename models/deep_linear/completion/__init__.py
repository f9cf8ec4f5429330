"""Deep matrix completion: a product of layers learns a low-rank matrix from some of its entries,
after a deficit.

W = W_D ... W_1 is trained by gradient descent on the observed entries alone. From a small start a
deep product fits them with few singular values, and that recovers the entries never seen
(arXiv:1905.13655). Data of another kind for the first while, a target of higher rank or fewer
observations, can leave singular values behind that the final data do not remove: the critical
learning period of arXiv:2308.12221.

A row holds all its switch times: the courses agree up to the switch, so the part before it is run
once. The switch comes after T_c / step updates, the last of which counts by its share where that is
no whole number; so T_c = 0 means no update on the first data; the authors' code makes one, and one
fewer at the end. Records lie evenly over [0, last switch + duration_after], for all switch times
alike; a course is NaN after its own switch + duration_after. Up to and at the switch losses are on
the first data, after it on the final ones; the final observables are always on the final data.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from toysim.model import Check, Dim, Discretisation, Landmark, Model, Observable
from toysim.models.deep_linear.completion.parameters import CompletionParameters, course_end
from toysim.models.deep_linear.observables import accurate, accurate_course, eta_sharpness
from toysim.models.deep_linear.stability import sharpness_bound
from toysim.records import Clock

_EQUATIONS = """\
W = W_D ... W_1 (all N by N),  L = 1/(2n) sum_observed (W - M)^2,  G = dL/dW = mask (W - M)/n
W_l <- W_l - step (W_D .. W_(l+1))^T G (W_(l-1) .. W_1)^T
    all layers at once; flow time t = step * updates
dW/dt = -sum_(j=1..D) (W W^T)^((j-1)/D) G (W^T W)^((D-j)/D)
    flow, layers balanced at the start
ds_r/dt = -D s_r^(2-2/D) u_r^T G v_r                                 its singular values
W_ij(t) = M_ij + (W_ij(0) - M_ij) exp(-t/n)
    depth 1, observed entries; the others stay
step * sharpness < 2 for gradient descent to settle;  sharpness <= D s_1^(2-2/D)/n
Mean over the n observed entries with 1/2 in training,
    mean over all N^2 entries without it in test_loss."""


def _seconds(p: CompletionParameters) -> float:
    n_switches, cubed = len(p.switch_times), float(p.size) ** 3
    updates = (p.switch_times[-1] + n_switches * p.duration_after) / p.step
    product = 2e-7 + cubed * (2.2e-11 if p.precision == "float32" else 4.4e-11)
    update = 3 * (p.depth - 1) * product + p.depth * (5e-7 + 4e-10 * p.size**2)
    observed = n_switches * (p.n_records + 10) * (5e-5 + 5e-10 * cubed)
    return updates * update + observed + _flow_seconds(p)


def _flow_seconds(p: CompletionParameters) -> float:
    """Slopes of the flow, a decomposition each: so many a switch, and as many as stability asks."""
    gaussian = p.start == "gaussian" and not p.start_layers
    if p.depth == 1 or gaussian or p.precision == "float32":
        return 0.0
    sharpness = sharpness_bound(p.depth, p.size / math.sqrt(p.rank), p.size**2)
    n_switches = len(p.switch_times)
    duration = p.switch_times[-1] + n_switches * p.duration_after
    return (8.0 * sharpness * duration + 1200.0 * n_switches) * (3e-5 + 3e-9 * float(p.size) ** 3)


def _switches_one_update_late(values: Mapping[str, Any]) -> dict[str, Any]:
    late = tuple(time + values["step"] for time in values["switch_times"])
    return {**values, "switch_times": late}


_SWITCH = ("switch",)
_at_end: Callable[..., Observable] = partial(accurate, dims=_SWITCH)
_course: Callable[..., Observable] = partial(accurate_course, dims=_SWITCH)
_SMALL = {
    "size": 6,
    "rank": 1,
    "n_observed": 24,
    "switch_times": (0.0, 6.0, 15.0),
    "duration_after": 30.0,
    "step": 0.02,
    "n_records": 10,
}

COMPLETION = Model(
    id="deep_linear.completion",
    title="deep matrix completion by gradient descent, with other data before a switch",
    parameters_class=CompletionParameters,
    clock=Clock("time", "t", end=course_end),
    dims=(
        Dim("switch", "switch time at which the deficit ends", lambda p: len(p.switch_times)),
        Dim("singular", "singular value, largest first", lambda p: p.n_singular_values),
        Dim("entry_row", "row of the matrix", lambda p: p.size * p.keep_product),
        Dim("entry_column", "column of the matrix", lambda p: p.size * p.keep_product),
    ),
    observables=(
        _course("test_loss", "mean squared error on all entries of the target of the moment"),
        _course("train_loss", "half the mean squared error on the entries observed at the moment"),
        _course(
            "singular_values", "largest singular values of the product", dims=("switch", "singular")
        ),
        _at_end("test_loss_at_switch", "test loss on the first data when they end"),
        _at_end("final_test_loss", "test loss at the end"),
        _at_end("final_train_loss", "train loss at the end"),
        _at_end(
            "relative_test_loss",
            "final test loss without deficit less that with it: negative where the deficit did "
            "harm; NaN if no switch time is 0",
        ),
        accurate(
            "completed",
            "completed matrix at the end, where it is kept",
            dims=("switch", "entry_row", "entry_column"),
        ),
        _at_end(
            "effective_rank",
            "exponential of the entropy of the normalised singular values at the end",
        ),
        _at_end(
            "balance_drift",
            "largest change of an entry of W_(l+1)^T W_(l+1) - W_l W_l^T from start to end",
        ),
        _at_end(
            "sharpness",
            "largest Hessian eigenvalue at the end, residuals taken as 0, by Lanczos",
            "1/t",
        ),
        eta_sharpness(_SWITCH),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    paired=True,
    version=2,
    theory_omits=("eta_sharpness",),
    theory_ignores=("step", "allow_unstable"),
    discretisation=Discretisation("step", 1, lambda p: p.precision == "float64"),
    equations=_EQUATIONS,
    sources=("arXiv:2308.12221", "arXiv:1905.13655", "arXiv:2603.04703"),
    seconds=_seconds,
    theory_seconds=_flow_seconds,
    checks=(
        Check(
            {**_SMALL, "rank_before": 2, "start_scale": 0.1},
            {"depth": [2, 3], "start": ["identity", "orthogonal"]},
            shifted=_switches_one_update_late,
        ),
        Check(
            {
                **_SMALL,
                "deficit": "subset",
                "n_observed_before": 10,
                "start": "gaussian",
                "start_scale": 1.0,
            },
            {"depth": [1]},
            replicas=2,
            shifted=_switches_one_update_late,
        ),
    ),
    landmarks=(
        Landmark(
            "safe_step",
            "step up to which descent settles whatever is observed; it may settle above",
            "toysim.models.deep_linear.landmarks:completion_safe_step",
            (
                *("size", "depth", "n_observed", "deficit", "n_observed_before"),
                *("n_blocks", "target", "target_before", "observed"),
            ),
            unit="t",
            along="step",
        ),
    ),
)
