"""The edge of stability and beyond, in models that can be solved: figures and claims of several
papers.
"""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler, undecided_at_ci
from toysim.references import parts

descent, evidence, schedules, single_datum = parts(
    __name__, "descent", "evidence", "schedules", "single_datum"
)

SHARPNESS = ("sharpness_quadratic", "sharpness_quartic", "sharpness_logistic")
FEW = "four data sets, between which the norms differ too much"

REPRODUCTION = Reproduction(
    name="edge_of_stability",
    paper="Lu et al.: Benign Oscillation of Stochastic Gradient Descent with Large Learning "
    "Rates, arXiv:2310.17074; and neighbours: arXiv:2003.02218, 2210.03294, 2212.07469, "
    "2302.08982, 2410.05192",
    title="Large learning rates: the edge of stability and beyond",
    figures=(
        Recipe(
            "bifurcation",
            "The strong output's attractor over the learning rate, and its Lyapunov exponent; "
            "lines: closed forms.",
            "single-datum case of arXiv:2310.17074",
            ("bifurcation",),
            single_datum.bifurcation,
        ),
        Recipe(
            "weak_feature",
            "Running sum of the residual, growth of the weak feature, and where it ends over the "
            "learning rate.",
            "arXiv:2310.17074 section 3; closed forms derived",
            ("course", "weak_feature"),
            single_datum.weak_feature,
        ),
        Recipe(
            "sharpness",
            "Three losses of xy. Top: sharpness in one run. Bottom: at the end of every run, in "
            "units of 2/eta.",
            "arXiv:2103.00065, 2210.03294, 2212.07469",
            ("sharpness_course", *SHARPNESS),
            descent.sharpness,
        ),
        Recipe(
            "catapult",
            "Tangent kernel at the end and largest loss over the start's kernel; largest loss "
            "over the width."
            " Bars: standard errors.",
            "arXiv:2003.02218",
            ("catapult", "catapult_width"),
            descent.catapult,
        ),
        Recipe(
            "sparsity",
            "l1 norm of the interpolator found by a diagonal linear network, the same data sets "
            "throughout."
            " Bars: standard errors.",
            "arXiv:2302.08982",
            ("sparsity_stochastic", "sparsity_full"),
            descent.sparsity,
        ),
        Recipe(
            "river",
            "River valley: mean loss, progress and bounce under four schedules; runs with decay "
            "against cosines."
            " Bars: standard errors.",
            "arXiv:2410.05192; exact means derived",
            ("river_course", "schedules"),
            schedules.river,
        ),
    ),
    claims=(
        Claim(
            name="thresholds",
            sentence="The fitted point of one sample is stable up to gamma = 1, an orbit of two "
            "points from there to sqrt(5) - 1, and more complicated ones beyond.",
            source="derived for the single-datum case of arXiv:2310.17074",
            sweeps=("bifurcation",),
            check=evidence.thresholds,
            # rounding leaves no orbit near the threshold
            spoilers=(Spoiler("bifurcation", "strong_samples", lambda v: v.round()),),
        ),
        Claim(
            name="chaos",
            sentence="Chaos begins at gamma = 1.3023, not before; beyond, it is the rule.",
            source="derived: accumulation of the superstable orbits of period 2^n",
            sweeps=("bifurcation",),
            check=evidence.chaos,
            spoilers=(Spoiler("bifurcation", "lyapunov", lambda v: -abs(v)),),
        ),
        Claim(
            name="large_steps_teach_the_weak_feature",
            sentence="At large learning rates the weak feature is learned to a constant, at small "
            "ones it stays at the size of its start.",
            source="arXiv:2310.17074 abstract; constant V* derived",
            sweeps=("weak_feature",),
            check=evidence.weak_feature_learned,
            spoilers=(Spoiler("weak_feature", "final_weak", lambda v: 0.99 * v),),
        ),
        Claim(
            name="oscillation_lasts",
            sentence="At large learning rates the residual stays of order one for the whole "
            "training.",
            source="assumed, not claimed, in arXiv:2310.17074",
            sweeps=("course",),
            check=evidence.oscillation_lasts,
            spoilers=(Spoiler("course", "strong", lambda v: v + 1.0),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="settles_at_the_edge",
            sentence="Where gradient flow would end at a sharper minimum, gradient descent "
            "settles at sharpness 2/eta.",
            source="arXiv:2103.00065, 2210.03294, 2212.07469",
            sweeps=SHARPNESS,
            check=evidence.settles_at_the_edge,
            spoilers=(Spoiler("sharpness_logistic", "edge_share", lambda v: 0.9 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="the quartic and the logistic loss of a product; the quadratic one settles "
            "well below",
        ),
        Claim(
            name="catapult_bounds",
            sentence="Below eta lambda = 2 the kernel stays, between 2 and 4 the loss rises to "
            "the order of the width and the kernel falls below 2/eta, above 4 descent diverges.",
            source="arXiv:2003.02218",
            sweeps=("catapult", "catapult_width"),
            check=evidence.catapult_bounds,
            spoilers=(
                Spoiler("catapult", "final_eta_kernel", lambda v: 1.1 * v),
                Spoiler("catapult_width", "peak_loss", lambda v: v**0.5),
            ),
        ),
        Claim(
            name="opposite_trends",
            sentence="Larger steps make the solution of SGD sparser and that of full-batch "
            "descent less sparse.",
            source="arXiv:2302.08982",
            sweeps=("sparsity_stochastic", "sparsity_full"),
            check=evidence.opposite_trends,
            spoilers=(Spoiler("sparsity_full", "final_l1_norm", lambda v: -v, preset="quick"),),
            at=undecided_at_ci(FEW),
        ),
        Claim(
            name="wsd_beats_cosine",
            sentence="A run that keeps its rate and decays at the end finishes below a cosine of "
            "the same length.",
            source="arXiv:2410.05192",
            sweeps=("schedules",),
            check=evidence.wsd_beats_cosine,
            spoilers=(Spoiler("schedules", "final_loss", lambda v: -v),),
            expected_verdict=Verdict.LIMITED,
            limits="the same peak rate. At the same sum of rates, with a cosine of 1.8 times the "
            "peak that is still stable, cosine makes the same progress with less bounce left",
        ),
    ),
)
