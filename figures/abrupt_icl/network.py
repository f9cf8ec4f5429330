"""Figures and claims of the attention-only network."""

from toysim.figures.abrupt_icl import network_courses, network_tasks

from toysim.drawing import Recipe

PREFIX = "abrupt_icl.network"
CLASSES, NOISE, ZIPF = f"{PREFIX}_classes", f"{PREFIX}_noise", f"{PREFIX}_zipf"
MIXTURE, LABELS = f"{PREFIX}_mixture", f"{PREFIX}_labels"

PAPER = "arXiv:2312.03002"

FIGURES = (
    Recipe(
        "network",
        "The attention-only network: accuracy on novel classes and loss of every run; right: progress measures, "
        "median of the runs aligned on their jump.",
        f"{PAPER}, figures 1d, 3 and 4 (K = 256, B = 1, p_B = 1, p_C = 0.8), small",
        (PREFIX,),
        network_courses.jump,
    ),
    Recipe(
        "network_maps",
        "Attention in one sequence before and after the jump: labels look at the item before them, the target at the "
        "label of its class.",
        f"{PAPER}, figure 3, small",
        (PREFIX,),
        network_courses.maps,
    ),
    Recipe(
        "network_classes",
        "Accuracy in context and in weights by the number of classes, in plain contexts and bursty ones; every run.",
        f"{PAPER}, figure 2a, small",
        (CLASSES,),
        network_tasks.classes,
    ),
    Recipe(
        "network_noise_and_zipf",
        "Accuracy in context and in weights at the end over the noise within classes (left) and the exponent of the "
        "Zipf law (right); every run, lines: medians.",
        f"{PAPER}, figures 2b and 2c, small",
        (NOISE, ZIPF),
        network_tasks.noise_and_zipf,
    ),
    Recipe(
        "network_mixture",
        "Accuracy in context and in weights where bursty and plain, novel and known classes are mixed.",
        f"{PAPER}, figure A.1, small",
        (MIXTURE,),
        network_tasks.mixture,
    ),
    Recipe(
        "network_labels",
        "Accuracy on novel classes by the size of the context and the number of labels; dotted: 1/N.",
        f"{PAPER}, figure A.5, small",
        (LABELS,),
        network_tasks.labels,
    ),
)
