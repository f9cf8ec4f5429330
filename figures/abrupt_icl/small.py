"""Figures and claims of the small models: nested logits and the minimal head."""

from toysim.figures.abrupt_icl import evidence, heads, logits
from toysim.papers.claims import LIMITED, Claim
from toysim.papers.drawing import Recipe

PREFIX = "abrupt_icl."
SURFACE, DESCENT, PLATEAU = f"{PREFIX}surface", f"{PREFIX}descent", f"{PREFIX}plateau"
CLIFF, CLIFF_LABELS, FOUR = f"{PREFIX}cliff_time", f"{PREFIX}cliff_labels", f"{PREFIX}four_logits"
TIMES, DIMENSION, EXACT = f"{PREFIX}head_times", f"{PREFIX}head_dimension", f"{PREFIX}head_exact"
HEAD, LABELS, CLASSES = f"{PREFIX}head", f"{PREFIX}head_labels", f"{PREFIX}head_classes"

PAPER = "arXiv:2312.03002"
DERIVED = f"derived for a reconstruction of the three-parameter loss of {PAPER}"

FIGURES = (
    Recipe(
        "surface",
        "Loss of three logits where the flow goes, with its courses. Left, L = N: a saddle at the "
        "origin. "
        "Right, L > N: a slope there, then a cliff.",
        f"{PAPER}, phenomenological model",
        (SURFACE, DESCENT),
        logits.surface,
    ),
    Recipe(
        "plateau",
        "Loss and its plateau as the classifier learns faster than attention; dotted: attention "
        "frozen, a closed form.",
        f"{PAPER}; closed form derived",
        (PLATEAU,),
        logits.plateau,
    ),
    Recipe(
        "cliff_time",
        "Time of the cliff against the size of the context and the number of labels, its two "
        "estimates, and the "
        "local exponent.",
        DERIVED,
        (CLIFF, CLIFF_LABELS),
        logits.cliff_time,
    ),
    Recipe(
        "head",
        "Minimal head with three trained numbers and with two: accuracy and progress measures, "
        "six runs each.",
        f"{PAPER}, three- and two-parameter induction head",
        (HEAD,),
        heads.measures,
    ),
    Recipe(
        "mean_field",
        "Time of the cliff in the sampled head, over that of two mean fields without fitted "
        "constants; right: the "
        "whole course, contents at right angles (line: mean field, dots: mean of the runs).",
        "derived",
        (TIMES, FOUR, DIMENSION, EXACT),
        heads.mean_field,
    ),
    Recipe(
        "labels",
        "Probability of the right label in every run of the two-parameter head, by the number of "
        "labels.",
        PAPER,
        (LABELS,),
        heads.labels,
    ),
    Recipe(
        "classes",
        "Minimal head below a ReLU classifier: accuracy in context and in weights by the number "
        "of classes.",
        f"{PAPER}, appendix",
        (CLASSES,),
        heads.classes,
    ),
)

CLAIMS = (
    Claim(
        name="slow_phase_then_cliff",
        sentence="The loss first goes down to log N, that of naming any label shown, and then "
        "falls off a cliff.",
        source=PAPER,
        sweeps=(PLATEAU,),
        check=lambda data: evidence.slow_phase(data[PLATEAU]),
        expected_verdict=LIMITED,
        limits="a classifier that learns at least 30 times as fast as attention (N = 8, L = 32); "
        "at equal mobilities "
        "the cliff comes long before the loss has reached log N",
    ),
    Claim(
        name="three_halves",
        sentence="The time to the cliff grows as N^(3/2) at a fixed ratio of labels to pairs.",
        source=DERIVED,
        sweeps=(CLIFF,),
        check=lambda data: evidence.three_halves(data[CLIFF]),
        expected_verdict=LIMITED,
        limits="contexts of 24 pairs and more: the exponent comes up from 1.1",
    ),
    Claim(
        name="bracket",
        sentence="Two closed estimates, without and with the growth of layer 1, lie on the two "
        "sides of the cliff.",
        source=DERIVED,
        sweeps=(CLIFF, CLIFF_LABELS),
        check=lambda data: evidence.bracket(data[CLIFF], data[CLIFF_LABELS]),
        expected_verdict=LIMITED,
        limits="5N/4 <= L <= 64N, from the origin, at equal mobilities",
    ),
    Claim(
        name="saddle",
        sentence="With as many labels as pairs the origin is a saddle, left at the rate (N - "
        "1)/(N^2 (1 + m)).",
        source=f"{PAPER}; rate derived",
        sweeps=(DESCENT,),
        check=lambda data: evidence.saddle(data[DESCENT]),
    ),
    Claim(
        name="labels_before_match",
        sentence="Attention to labels grows ahead; layer 1 and attention to the right label then "
        "jump together.",
        source=PAPER,
        sweeps=(HEAD,),
        check=lambda data: evidence.labels_before_match(data[HEAD]),
        expected_verdict=LIMITED,
        limits="the head with beta2; without it attention to labels comes with the match",
    ),
    Claim(
        name="beta2_can_go",
        sentence="Without beta2 the transition still happens, later by a factor of 1.3 to 1.6.",
        source=f"{PAPER} for the first half; factor: prototype",
        sweeps=(TIMES,),
        check=lambda data: evidence.beta2_can_go(data[TIMES]),
        expected_verdict=LIMITED,
        limits="N >= 4; at N = 2 it is later by 1.8",
    ),
    Claim(
        name="more_labels_than_pairs",
        sentence="The transition happens in every run if there are more labels than pairs.",
        source=PAPER,
        sweeps=(LABELS,),
        check=lambda data: evidence.reliable(data[LABELS]),
        expected_verdict=LIMITED,
        limits="L > N; at L = N some runs stay near accuracy 0.6",
    ),
    Claim(
        name="four_logits_predict",
        sentence="Four logits predict the time of the cliff in the sampled head within 10 %.",
        source="derived, after the three-parameter loss",
        sweeps=(TIMES, FOUR),
        check=lambda data: evidence.four_logits(data[TIMES], data[FOUR]),
        expected_verdict=LIMITED,
        limits="N >= 8, or with beta2: four logits average over the positions of the target's item",
    ),
    Claim(
        name="mean_field_predicts",
        sentence="A mean field that keeps the positions predicts the time of the cliff to 1/D, at "
        "every N.",
        source="derived",
        sweeps=(TIMES, DIMENSION),
        check=lambda data: evidence.mean_field(data[TIMES], data[DIMENSION]),
    ),
    Claim(
        name="classes_decide",
        sentence="With many classes the head learns in context, with few in weights.",
        source=f"{PAPER}, minimal head with a deep classifier",
        sweeps=(CLASSES,),
        check=lambda data: evidence.classes_decide(data[CLASSES]),
    ),
)
