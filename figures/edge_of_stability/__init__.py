"""The edge of stability and beyond, in models that can be solved: figures and claims of several
papers.
"""

from toysim.figures.edge_of_stability import descent, evidence, schedules, single_datum
from toysim.figures.edge_of_stability.common import KINDS, PREFIX
from toysim.papers.claims import LIMITED, REFUTED, Claim
from toysim.papers.drawing import Recipe
from toysim.papers.reproduction import Reproduction

BIFURCATION, COURSE, WEAK = f"{PREFIX}bifurcation", f"{PREFIX}course", f"{PREFIX}weak_feature"
SHARPNESS, SHARPNESS_COURSE = (
    tuple(f"{PREFIX}sharpness_{kind}" for kind in KINDS),
    f"{PREFIX}sharpness_course",
)
CATAPULT, WIDTH = f"{PREFIX}catapult", f"{PREFIX}catapult_width"
STOCHASTIC, FULL = f"{PREFIX}sparsity_stochastic", f"{PREFIX}sparsity_full"
RIVER, SCHEDULES = f"{PREFIX}river_course", f"{PREFIX}schedules"

REPRODUCTION = Reproduction(
    name="edge_of_stability",
    paper="Lu et al.: Benign Oscillation of Stochastic Gradient Descent with Large Learning "
    "Rates, arXiv:2310.17074; "
    "and neighbours: arXiv:2003.02218, 2210.03294, 2212.07469, 2302.08982, 2410.05192",
    title="Large learning rates: the edge of stability and beyond",
    figures=(
        Recipe(
            "bifurcation",
            "The strong output's attractor over the learning rate, and its Lyapunov exponent; "
            "lines: closed forms.",
            "single-datum case of arXiv:2310.17074",
            (BIFURCATION,),
            single_datum.bifurcation,
        ),
        Recipe(
            "weak_feature",
            "Running sum of the residual, growth of the weak feature, and where it ends over the "
            "learning rate.",
            "arXiv:2310.17074 section 3; closed forms derived",
            (COURSE, WEAK),
            single_datum.weak_feature,
        ),
        Recipe(
            "sharpness",
            "Three losses of xy. Top: sharpness in one run. Bottom: at the end of every run, in "
            "units of 2/eta.",
            "arXiv:2103.00065, 2210.03294, 2212.07469",
            (SHARPNESS_COURSE, *SHARPNESS),
            descent.sharpness,
        ),
        Recipe(
            "catapult",
            "Tangent kernel at the end and largest loss over the start's kernel; largest loss "
            "over the width.",
            "arXiv:2003.02218",
            (CATAPULT, WIDTH),
            descent.catapult,
        ),
        Recipe(
            "sparsity",
            "l1 norm of the interpolator found by a diagonal linear network, the same data sets "
            "throughout.",
            "arXiv:2302.08982",
            (STOCHASTIC, FULL),
            descent.sparsity,
        ),
        Recipe(
            "river",
            "River valley: mean loss, progress and bounce under four schedules; runs with decay "
            "against cosines.",
            "arXiv:2410.05192; exact means derived",
            (RIVER, SCHEDULES),
            schedules.river,
        ),
    ),
    claims=(
        Claim(
            name="thresholds",
            sentence="The fitted point of one sample is stable up to gamma = 1, an orbit of two "
            "points from there to "
            "sqrt(5) - 1, and more complicated ones beyond.",
            source="derived for the single-datum case of arXiv:2310.17074",
            sweeps=(BIFURCATION,),
            check=lambda data: evidence.thresholds(data[BIFURCATION]),
        ),
        Claim(
            name="chaos",
            sentence="Chaos begins at gamma = 1.3023, not before; beyond, it is the rule.",
            source="derived: accumulation of the superstable orbits of period 2^n",
            sweeps=(BIFURCATION,),
            check=lambda data: evidence.chaos(data[BIFURCATION]),
        ),
        Claim(
            name="large_steps_teach_the_weak_feature",
            sentence="At large learning rates the weak feature is learned to a constant, at small "
            "ones it stays at the "
            "size of its start.",
            source="arXiv:2310.17074 abstract; constant V* derived",
            sweeps=(WEAK,),
            check=lambda data: evidence.weak_feature_learned(data[WEAK]),
        ),
        Claim(
            name="oscillation_lasts",
            sentence="At large learning rates the residual stays of order one for the whole "
            "training.",
            source="assumed, not claimed, in arXiv:2310.17074",
            sweeps=(COURSE,),
            check=lambda data: evidence.oscillation_lasts(data[COURSE]),
            expected_verdict=REFUTED,
        ),
        Claim(
            name="settles_at_the_edge",
            sentence="Where gradient flow would end at a sharper minimum, gradient descent "
            "settles at sharpness 2/eta.",
            source="arXiv:2103.00065, 2210.03294, 2212.07469",
            sweeps=SHARPNESS,
            check=lambda data: evidence.settles_at_the_edge(
                {k: data[f"{PREFIX}sharpness_{k}"] for k in KINDS}
            ),
            expected_verdict=LIMITED,
            limits="the quartic and the logistic loss of a product; the quadratic one settles "
            "well below",
        ),
        Claim(
            name="catapult_bounds",
            sentence="Below eta lambda = 2 the kernel stays, between 2 and 4 the loss rises to "
            "the order of the width "
            "and the kernel falls below 2/eta, above 4 descent diverges.",
            source="arXiv:2003.02218",
            sweeps=(CATAPULT, WIDTH),
            check=lambda data: evidence.catapult_bounds(data[CATAPULT], data[WIDTH]),
        ),
        Claim(
            name="opposite_trends",
            sentence="Larger steps make the solution of SGD sparser and that of full-batch "
            "descent less sparse.",
            source="arXiv:2302.08982",
            sweeps=(STOCHASTIC, FULL),
            check=lambda data: evidence.opposite_trends(data[STOCHASTIC], data[FULL]),
        ),
        Claim(
            name="wsd_beats_cosine",
            sentence="A run that keeps its rate and decays at the end finishes below a cosine of "
            "the same length.",
            source="arXiv:2410.05192",
            sweeps=(SCHEDULES,),
            check=lambda data: evidence.wsd_beats_cosine(data[SCHEDULES]),
            expected_verdict=LIMITED,
            limits="the same peak rate. At the same sum of rates, with a cosine of 1.8 times the "
            "peak that is still "
            "stable, cosine makes the same progress with less bounce left",
        ),
    ),
)
