"""What models of the family declare alike."""

from toysim.model import Landmark

AT_RANDOM = (
    Landmark(
        "chance_accuracy",
        "accuracy of any label at random",
        "toysim.models.induction_head.landmarks:chance_accuracy",
        ("n_labels",),
        source="arXiv:2312.03002",
    ),
    Landmark(
        "plateau_accuracy",
        "accuracy at the plateau on bursty contexts: a label of the context at random",
        "toysim.models.induction_head.landmarks:plateau_accuracy",
        ("n_pairs", "burst"),
        source="arXiv:2312.03002",
    ),
)
