"""Figures and claims of the small models: nested logits and the minimal head."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Spoiler
from toysim.references import parts

evidence, heads, logits = parts(__package__, "evidence", "heads", "logits")

PAPER = "arXiv:2312.03002"
DERIVED = f"derived for a reconstruction of the three-parameter loss of {PAPER}"

FIGURES = (
    Recipe(
        "surface",
        "Loss of three logits where the flow goes, with its courses. Left, L = N: a saddle at the "
        "origin. Right, L > N: a slope there, then a cliff.",
        f"{PAPER}, phenomenological model",
        ("surface", "descent"),
        logits.surface,
    ),
    Recipe(
        "plateau",
        "Loss and its plateau as the classifier learns faster than attention; dotted: attention "
        "frozen, a closed form.",
        f"{PAPER}; closed form derived",
        ("plateau",),
        logits.plateau,
    ),
    Recipe(
        "cliff_time",
        "Time of the cliff against the size of the context and the number of labels, its two "
        "estimates, and the local exponent.",
        DERIVED,
        ("cliff_time", "cliff_labels"),
        logits.cliff_time,
    ),
    Recipe(
        "head",
        "Minimal head with three trained numbers and with two: accuracy and progress measures, six "
        "runs each.",
        f"{PAPER}, three- and two-parameter induction head",
        ("head",),
        heads.measures,
    ),
    Recipe(
        "mean_field",
        "Time of the cliff in the sampled head, over that of two mean fields without fitted "
        "constants; right: the whole course, contents at right angles (line: mean field, dots: "
        "mean of the runs).",
        "derived",
        ("head_times", "four_logits", "head_dimension", "head_exact"),
        heads.mean_field,
    ),
    Recipe(
        "labels",
        "Probability of the right label in every run of the two-parameter head, by the number of "
        "labels.",
        PAPER,
        ("head_labels",),
        heads.labels,
    ),
    Recipe(
        "classes",
        "Minimal head below a ReLU classifier: accuracy in context and in weights by the number of "
        "classes.",
        f"{PAPER}, appendix",
        ("head_classes",),
        heads.classes,
    ),
)

CLAIMS = (
    Claim(
        name="slow_phase_then_cliff",
        sentence="The loss first goes down to log N, that of naming any label shown, and then "
        "falls off a cliff.",
        source=PAPER,
        sweeps=("plateau",),
        check=evidence.slow_phase,
        spoilers=(Spoiler("plateau", "loss", lambda v: v + 0.2),),
        expected_verdict=Verdict.LIMITED,
        limits="a classifier that learns at least 30 times as fast as attention (N = 8, L = 32); "
        "at equal mobilities the cliff comes long before the loss has reached log N",
    ),
    Claim(
        name="three_halves",
        sentence="The time to the cliff grows as N^(3/2) at a fixed ratio of labels to pairs.",
        source=DERIVED,
        sweeps=("cliff_time",),
        check=evidence.three_halves,
        spoilers=(Spoiler("cliff_time", "t50", lambda v: v**1.1),),
        expected_verdict=Verdict.LIMITED,
        limits="contexts of 24 pairs and more: the exponent comes up from 1.1",
    ),
    Claim(
        name="bracket",
        sentence="Two closed estimates, without and with the growth of layer 1, lie on the two "
        "sides of the cliff.",
        source=DERIVED,
        sweeps=("cliff_time", "cliff_labels"),
        check=evidence.bracket,
        spoilers=(
            Spoiler("cliff_time", "t50", lambda v: 1.06 * v),
            Spoiler("cliff_labels", "t50", lambda v: 0.95 * v),
        ),
        expected_verdict=Verdict.LIMITED,
        limits="5N/4 <= L <= 64N, from the origin, at equal mobilities",
    ),
    Claim(
        name="saddle",
        sentence="With as many labels as pairs the origin is a saddle, left at the rate (N - "
        "1)/(N^2 (1 + m)).",
        source=f"{PAPER}; rate derived",
        sweeps=("descent",),
        check=evidence.saddle,
        spoilers=(Spoiler("descent", "alpha", lambda v: v**2),),
    ),
    Claim(
        name="labels_before_match",
        sentence="Attention to labels grows ahead; layer 1 and attention to the right label then "
        "jump together.",
        source=PAPER,
        sweeps=("head",),
        check=evidence.labels_before_match,
        spoilers=(Spoiler("head", "tla2", lambda v: v.values[::-1]),),
        expected_verdict=Verdict.LIMITED,
        limits="the head with beta2; without it attention to labels comes with the match",
    ),
    Claim(
        name="beta2_can_go",
        sentence="Without beta2 the transition still happens, later by a factor of 1.3 to 1.6.",
        source=f"{PAPER} for the first half; factor: prototype",
        sweeps=("head_times",),
        check=evidence.beta2_can_go,
        spoilers=(Spoiler("head_times", "t50", lambda v: v.where(v.learn_beta2, 1.2 * v)),),
        expected_verdict=Verdict.LIMITED,
        limits="N >= 4; at N = 2 it is later by 1.8",
    ),
    Claim(
        name="more_labels_than_pairs",
        sentence="The transition happens in every run if there are more labels than pairs.",
        source=PAPER,
        sweeps=("head_labels",),
        check=evidence.reliable,
        spoilers=(Spoiler("head_labels", "ic_accuracy", lambda v: 0 * v + 1),),
        expected_verdict=Verdict.LIMITED,
        limits="L > N; at L = N some runs stay near accuracy 0.6",
    ),
    Claim(
        name="four_logits_predict",
        sentence="Four logits predict the time of the cliff in the sampled head within 10 %.",
        source="derived, after the three-parameter loss",
        sweeps=("head_times", "four_logits"),
        check=evidence.four_logits,
        spoilers=(
            Spoiler("head_times", "t50", lambda v: 1.15 * v),
            Spoiler("four_logits", "t50", lambda v: 0.85 * v),
        ),
        expected_verdict=Verdict.LIMITED,
        limits="N >= 8, or N >= 4 with beta2: four logits average over the positions of the "
        "target's item; at N = 2 with beta2 the ratio lies on the bound (1.106 +- 0.015 over "
        "twelve runs) and is not judged",
    ),
    Claim(
        name="mean_field_predicts",
        sentence="A mean field that keeps the positions predicts the time of the cliff to 1/D, at "
        "every N.",
        source="derived",
        sweeps=("head_times", "head_dimension"),
        check=evidence.mean_field,
        spoilers=(
            Spoiler("head_times", "t50", lambda v: 1.1 * v),
            Spoiler("head_dimension", "t50", lambda v: 1.2 * v),
        ),
    ),
    Claim(
        name="classes_decide",
        sentence="With many classes the head learns in context, with few in weights.",
        source=f"{PAPER}, minimal head with a deep classifier",
        sweeps=("head_classes",),
        check=evidence.classes_decide,
        spoilers=(
            Spoiler("head_classes", "ic_accuracy", lambda v: 0.8 * v),
            Spoiler("head_classes", "iw_accuracy", lambda v: v.values[::-1]),
        ),
    ),
)
