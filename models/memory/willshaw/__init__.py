"""Pairs of sparse patterns stored by OR in binary synapses: recall, recognition, overload.

Recall asks which outputs get enough input from a cue, recognition how many synapses between the
two patterns of a pair are there. Both have exact laws at every size, beyond the approximation of
independent synapses.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.memory.willshaw.parameters import WillshawParameters

_EQUATIONS = """\
P pairs of k of N inputs and l of M outputs; a presented pair switches each of its off synapses on
with probability p; the target pair has n presentations, the others one
sum of an output: its on synapses from c cue units; it fires at theta or more
no on synapse from a set A: [1 - (l/M)(1 - E (1-p)^m)]^P, m ~ Hypergeometric(N, |A|, k); the chain:
u uncovered cue units -> u - i with probability (l/M) sum_m Hyp(m; N, u, k) Binom(i; m, p), P times
familiarity = on synapses in the k by l block of a pair; recognition by the larger of two of them:
mean k l (1 - (1-p)^n rho),  rho = (1 - p k l/(N M))^P"""

_AT = f"{__name__}.landmarks"
_SIZES = ("n_inputs", "n_active", "n_outputs", "n_active_outputs")


def _seconds(p: WillshawParameters) -> float:
    return 3e-5 + p.n_pairs * (p.n_active + p.n_active_outputs) * 1.2e-8 + 1e-7 * p.n_outputs


WILLSHAW = Model(
    id="memory.willshaw",
    title="sparse associative memory with binary synapses",
    parameters_class=WillshawParameters,
    dims=(Dim("sum", "on synapses from the cue, 0 to c", lambda p: p.cue_size + 1),),
    observables=(
        Observable(
            "density",
            "share on of the synapses from the cue to outputs that are not the target's",
            span=1.0,
        ),
        Observable("hit_rate", "share of the target's outputs that fire", span=1.0),
        Observable("false_rate", "share of the other outputs that fire", span=1.0),
        Observable("sum_stored", "distribution of the target's sums", dims=("sum",), span=1.0),
        Observable("sum_other", "distribution of other outputs' sums", dims=("sum",), span=1.0),
        Observable("false_outputs", "other outputs that fire", span=1e6),
        Observable("false_outputs_square", "square of false_outputs", span=1e12),
        Observable("familiarity_stored", "on synapses in the block of the target pair", span=1e6),
        Observable("familiarity_new", "on synapses in the block of a pair never stored", span=1e6),
        Observable(
            "recognition",
            "1 where the target's block has more on synapses than the new pair's, ties half",
            atol=0.002,
            span=1.0,
        ),
        Observable("recall_errors", "outputs missed, and others that fire", span=1e6),
    ),
    diagnostics=(
        Observable("exact_false_rate", "the false rate, however rare"),
        Observable("exact_sum_stored", "distribution of the target's sums", dims=("sum",)),
        Observable("exact_sum_other", "distribution of other outputs' sums", dims=("sum",)),
        Observable(
            "independent_false_rate", "density^c: at theta = c, as if synapses were independent"
        ),
        Observable("false_outputs_variance", "variance of the other outputs that fire"),
        Observable("familiarity_stored_variance", "variance of the target pair's on synapses"),
        Observable("familiarity_new_variance", "variance of a new pair's on synapses"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:1710.07829", "arXiv:2303.17557", "derived"),
    seconds=_seconds,
    theory_seconds=lambda p: 5e-3 + 2e-5 * p.cue_size**2,
    checks=(
        Check(
            {"n_inputs": 60, "n_outputs": 60, "n_pairs": 170, "n_active": 6, "n_active_outputs": 6},
            {
                "plasticity": {"values": [1.0, 0.5], "zip": "how"},
                "exposures": {"values": [1, 2], "zip": "how"},
                "cue_size": {"values": [3, 3], "zip": "how"},
                "threshold": {"values": [3, 2], "zip": "how"},
            },
            replicas=12_000,
            shifted=lambda values: {**values, "n_pairs": values["n_pairs"] + 3},
        ),
    ),
    landmarks=(
        Landmark(
            "recall_capacity",
            "pairs at which a full cue with its full threshold lets one false output be expected",
            f"{_AT}:recall_capacity",
            (*_SIZES, "plasticity"),
            along="n_pairs",
        ),
        Landmark(
            "independent_capacity",
            "the same as if synapses were independent",
            f"{_AT}:independent_capacity",
            (*_SIZES, "plasticity"),
            along="n_pairs",
        ),
        Landmark(
            "recognition_capacity",
            "pairs up to which recognition is right in 99 %, by the normal law",
            f"{_AT}:recognition_capacity",
            (*_SIZES, "plasticity", "exposures"),
            digits=4,
            along="n_pairs",
        ),
        Landmark(
            "capacity_false_rate",
            "false rate of an output at the recall capacity, 1/(M - l)",
            f"{_AT}:capacity_false_rate",
            ("n_outputs", "n_active_outputs"),
        ),
    ),
    version=2,
)
