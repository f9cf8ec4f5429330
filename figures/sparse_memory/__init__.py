"""Sparse memories: recognition and recall, instances and classes, overload and replay."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_FEW_SHOT = "arXiv:2303.17557 abstract, in a sparse memory"
_SUPERPOSED = "arXiv:1710.07829 abstract"
_REPLAY = "arXiv:2209.07863 abstract, in a superposed memory"

REPRODUCTION = Reproduction(
    name="sparse_memory",
    paper="Rinkus: superposed episodic and semantic memory, arXiv:1710.07829; few-shot memories "
    "arXiv:2303.17557; continual few-shot learning arXiv:2209.07863",
    title="Sparse memories: recall, recognition, instances and classes",
    figures=(
        Recipe(
            "load",
            "False rate of recall over the load, with the exact law and that of independent "
            "synapses (dashed), dots at one false output; errors over exposures, recall at the "
            "best threshold and recognition (dashed, squares)."
            " Bars: standard errors.",
            _FEW_SHOT,
            ("load", "exposures"),
            panels.load,
        ),
        Recipe(
            "instances",
            "Instance accuracy over the similarity within classes, by modules of the cue (dashed: "
            "class accuracy), and by the number of classes (lines: a lower bound)."
            " Bars: standard errors.",
            _SUPERPOSED,
            ("cue_2", "cue_6", "cue_12", "overload"),
            panels.instances,
        ),
    ),
    claims=(
        Claim(
            name="one_exposure_to_recognise",
            sentence="One exposure suffices for recognition; recall needs a few.",
            source=_FEW_SHOT,
            sweeps=("exposures",),
            check=evidence.one_exposure,
            spoilers=(Spoiler("exposures", "sum_stored", evidence.as_after_one),),
        ),
        Claim(
            name="recognition_is_robust",
            sentence="Recognition is far more robust to interference than recall.",
            source=_FEW_SHOT,
            sweeps=("load",),
            check=evidence.robust,
            spoilers=(Spoiler("load", "familiarity_stored", lambda v: 0.9 * v),),
        ),
        Claim(
            name="overwritten_steeply",
            sentence="Precise memories are overwritten steeply, then slowly.",
            source=_FEW_SHOT,
            sweeps=("load",),
            check=evidence.overwritten,
            spoilers=(Spoiler("load", "hit_rate", evidence.constant_hits),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="classes_as_a_by_product",
            sentence="Similar inputs get overlapping codes, and storing single items stores their "
            "class as well.",
            source=_SUPERPOSED,
            sweeps=("semantic",),
            check=evidence.by_product,
            spoilers=(Spoiler("semantic", "false_prototype", lambda v: 0.01 * v),),
        ),
        Claim(
            name="instances_under_occlusion",
            sentence="Instances are recognised nearly as well as classes, but poorly when the cue "
            "is occluded.",
            source=_REPLAY,
            sweeps=("cue_2", "cue_12"),
            check=evidence.instance_test,
            spoilers=(Spoiler("cue_2", "instance_accuracy", lambda v: 0.0 * v + 0.9),),
            expected_verdict=Verdict.LIMITED,
            limits="similarities of 0.6 and 0.7; loose classes have no class accuracy to lose to, "
            "tight ones leave instances alike",
        ),
        Claim(
            name="replay_helps_instances",
            sentence="Replay helps the instance test most.",
            source=_REPLAY,
            sweeps=("replay",),
            check=evidence.replay,
            spoilers=(Spoiler("replay", "instance_accuracy", evidence.as_after_one),),
        ),
    ),
)
