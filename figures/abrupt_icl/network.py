"""Figures and claims of the attention-only network."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Expected, Recipe, Spoiler, undecided_at_ci
from toysim.references import parts

network_courses, network_evidence, network_tasks = parts(
    __package__, "network_courses", "network_evidence", "network_tasks"
)

PAPER = "arXiv:2312.03002"

FIGURES = (
    Recipe(
        "network",
        "The attention-only network: accuracy on novel classes and loss of every run; right: "
        "progress measures, median of the runs aligned on their jump.",
        f"{PAPER}, figures 1d, 3 and 4 (K = 256, B = 1, p_B = 1, p_C = 0.8), small",
        ("network",),
        network_courses.jump,
    ),
    Recipe(
        "network_maps",
        "Attention in one sequence before and after the jump: labels look at the item before them, "
        "the target at the label of its class.",
        f"{PAPER}, figure 3, small",
        ("network",),
        network_courses.maps,
    ),
    Recipe(
        "network_classes",
        "Accuracy in context and in weights by the number of classes, in plain contexts and bursty "
        "ones; every run.",
        f"{PAPER}, figure 2a, small",
        ("network_classes",),
        network_tasks.classes,
    ),
    Recipe(
        "network_noise_and_zipf",
        "Accuracy in context and in weights at the end over the noise within classes (left) and "
        "the exponent of the Zipf law (right); every run, lines: medians.",
        f"{PAPER}, figures 2b and 2c, small",
        ("network_noise", "network_zipf"),
        network_tasks.noise_and_zipf,
    ),
    Recipe(
        "network_mixture",
        "Accuracy in context and in weights where bursty and plain, novel and known classes are "
        "mixed.",
        f"{PAPER}, figure A.1, small",
        ("network_mixture",),
        network_tasks.mixture,
    ),
    Recipe(
        "network_labels",
        "Accuracy on novel classes by the size of the context and the number of labels; dotted: "
        "1/N.",
        f"{PAPER}, figure A.5, small",
        ("network_labels_two", "network_labels"),
        network_tasks.labels,
    ),
)

CLAIMS = (
    Claim(
        name="network_waits_then_jumps",
        sentence="In-context accuracy creeps up to that of a random label of the context and then "
        "jumps, in every run.",
        source=PAPER,
        sweeps=("network",),
        check=network_evidence.plateau_then_jump,
        spoilers=(
            Spoiler("network", "width", lambda v: 4 * v),
            Spoiler("network", "plateau_accuracy", lambda v: v - 0.1),
        ),
        at={"paper": Expected(Verdict.REFUTED, "one of six runs never jumps: its classifier dies")},
    ),
    Claim(
        name="network_runs_jump_alike",
        sentence="The runs jump at about the same time.",
        source=f"not claimed in {PAPER}: what a mean over runs would assume",
        sweeps=("network",),
        check=network_evidence.jumps_alike,
        spoilers=(Spoiler("network", "t50", lambda v: v**0.1),),
        expected_verdict=Verdict.REFUTED,
    ),
    Claim(
        name="network_labels_lead",
        sentence="Naming labels of the context and attending to labels come first; labels' "
        "attention to their items and the target's attention to its label jump together with the "
        "accuracy.",
        source=PAPER,
        sweeps=("network",),
        check=network_evidence.labels_lead,
        spoilers=(
            # only after the jump
            Spoiler("network", "tla2", lambda v: v**64),
            Spoiler("network", "ila1", lambda v: v.values[..., ::-1]),
        ),
        at={
            "paper": Expected(
                Verdict.REFUTED,
                "attention to all labels only rises from 0.47 to 0.66 before the jump",
            )
        },
    ),
    Claim(
        name="network_classes_favour_context",
        sentence="With few classes the network learns in weights, with many in context.",
        source=PAPER,
        sweeps=("network_classes",),
        check=network_evidence.classes_favour_context,
        spoilers=(Spoiler("network_classes", "ic_accuracy", lambda v: v.values[::-1]),),
    ),
    Claim(
        name="network_bursts_favour_context",
        sentence="Burstier contexts favour learning in context; plain ones teach in weights alone.",
        source=PAPER,
        sweeps=("network_classes",),
        check=network_evidence.bursts_favour_context,
        spoilers=(Spoiler("network_classes", "iw_accuracy", lambda v: v.values[:, ::-1]),),
    ),
    Claim(
        name="network_noise_favours_context",
        sentence="Noise within classes turns learning in weights into learning in context.",
        source=f"{PAPER}, after arXiv:2205.05055",
        sweeps=("network_noise",),
        check=network_evidence.noise_favours_context,
        spoilers=(Spoiler("network_noise", "iw_accuracy", lambda v: v.values[::-1]),),
    ),
    Claim(
        name="network_zipf_lets_both",
        sentence="A Zipf law of the classes lets learning in context and in weights stand side by "
        "side.",
        source=f"{PAPER}, after arXiv:2205.05055",
        sweeps=("network_zipf",),
        check=network_evidence.zipf_lets_both,
        spoilers=(Spoiler("network_zipf", "iw_accuracy", lambda v: v.values[::-1], "quick"),),
        at=undecided_at_ci(
            "these runs are cut short; both ways together take thousands of updates"
        ),
        expected_verdict=Verdict.LIMITED,
        limits="exponents of 1 and more; the in-weights test draws its classes by the same law",
    ),
    Claim(
        name="network_mixture_lets_both",
        sentence="Where bursty and plain sequences, known and novel classes are mixed, both are "
        "learned.",
        source=f"{PAPER}, figure A.1",
        sweeps=("network_mixture",),
        check=network_evidence.mixture_lets_both,
        spoilers=(Spoiler("network_mixture", "iw_accuracy", lambda v: 0.5 * v, "quick"),),
        at=undecided_at_ci("these runs are cut short; both are learned within 10,000 updates"),
        expected_verdict=Verdict.LIMITED,
        limits="plain sequences of known classes are a tenth to two fifths of all, within 10,000 "
        "updates: with more only weights learn, with fewer weights are late",
    ),
    Claim(
        name="network_needs_more_labels",
        sentence="The transition needs more labels than pairs: at L = N it stays out.",
        source=f"{PAPER}, figure A.5",
        sweeps=("network_labels", "network_labels_two"),
        check=network_evidence.needs_more_labels,
        spoilers=(Spoiler("network_labels", "ic_accuracy", lambda v: 0 * v + 1, "quick"),),
        at=undecided_at_ci("a share of the runs takes more of them, and longer ones"),
        expected_verdict=Verdict.LIMITED,
        limits="contexts of four pairs and more; with two, most runs cross even at L = N",
    ),
)
