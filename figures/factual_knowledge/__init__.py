"""Factual knowledge: how a fact is acquired, forgotten, kept by repetition, and recognised."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler, backwards
from toysim.references import parts

evidence, panels, reading = parts(__name__, "evidence", "panels", "reading")

ACQUISITION, FEW_SHOT = "arXiv:2406.11813", "arXiv:2303.17557"


REPRODUCTION = Reproduction(
    name="factual_knowledge",
    paper="arXiv:2406.11813, arXiv:2303.17557",
    title="A fact in a stream: acquired in jumps, forgotten by a power of time",
    figures=(
        Recipe(
            "jumps",
            "Recall of a fact injected five times.",
            ACQUISITION + ", in linear regression",
            ("jumps",),
            panels.jumps,
        ),
        Recipe(
            "law",
            "Retention after one injection. Left: exact with 20,000 modes, with 400 (thin) and "
            "runs of these (points), t^-q (dashed). Right: the same exact values with lines in "
            "log t (dotted).",
            ACQUISITION + ", in linear regression",
            ("law", "forgetting"),
            panels.law,
        ),
        Recipe(
            "intervals",
            "Recall before the next of endless injections over their interval; dotted: intervals "
            "at which it is a half. Points: runs of 64 modes.",
            "derived",
            ("interval", "periodic"),
            panels.intervals,
        ),
        Recipe(
            "tests",
            "Share of runs that recall a fact, and that recognise it. Points: runs; lines: "
            "Gaussian read-out.",
            FEW_SHOT + ", in linear regression",
            ("memory_tests",),
            panels.tests,
        ),
    ),
    claims=(
        Claim(
            name="jumps_then_power_law",
            sentence="A fact is acquired in jumps at its presentations and forgotten by a power of "
            "time between them.",
            source=ACQUISITION + "; exponent derived",
            sweeps=("jumps", "law"),
            check=evidence.jumps_then_power_law,
            spoilers=(Spoiler("law", "recall", lambda v: v * v),),
        ),
        Claim(
            name="log_linear_fit",
            sentence="Retention falls along a line in the logarithm of time, whose zero is the "
            "learnability threshold.",
            source=ACQUISITION,
            sweeps=("law", "late"),
            check=evidence.log_linear_fit,
            spoilers=(Spoiler("law", "retention", reading.log_line),),
            expected_verdict=Verdict.LIMITED,
            limits="q up to 1/3 over two decades; its zero is not a threshold: much is kept there",
        ),
        Claim(
            name="duplicates_forgotten_faster",
            sentence="Duplicates are forgotten faster than paraphrases.",
            source=ACQUISITION,
            sweeps=("presentation",),
            check=evidence.duplicates_forgotten_faster,
            spoilers=(Spoiler("presentation", "memory", backwards("presentation")),),
            expected_verdict=Verdict.LIMITED,
            limits="a core in rarer directions than the surface",
        ),
        Claim(
            name="larger_batches_forget_less",
            sentence="Larger batches forget less.",
            source=ACQUISITION,
            sweeps=("batch",),
            check=evidence.larger_batches_forget_less,
            spoilers=(Spoiler("batch", "final_recall", lambda v: v / v["batch"]),),
            expected_verdict=Verdict.LIMITED,
            limits="per sample at the same rate; per update, and per sample at a rate that grows "
            "with the batch, the mean is the same and only the spread is less",
        ),
        Claim(
            name="no_effect_of_stage",
            sentence="Facts are acquired and kept alike early and late in training.",
            source=ACQUISITION,
            sweeps=("stage",),
            check=evidence.no_effect_of_stage,
            spoilers=(
                Spoiler("stage", "final_recall", lambda v: v.where(v["first"] < 300, v + 0.03)),
            ),
        ),
        Claim(
            name="learnability_threshold",
            sentence="Facts that come too rarely are never learned, however long the training.",
            source=ACQUISITION,
            sweeps=("interval",),
            check=evidence.learnability_threshold,
            spoilers=(Spoiler("interval", "threshold_interval", lambda v: v / v["n_modes"]),),
            expected_verdict=Verdict.LIMITED,
            limits="q above 1; below it the threshold grows without bound with the model",
        ),
        Claim(
            name="limits_are_reached",
            sentence="Under endless repetition the recall before the next injection comes to "
            "kappa G/(1 + kappa G).",
            source="derived",
            sweeps=("periodic",),
            check=evidence.limits_are_reached,
            spoilers=(Spoiler("periodic", "final_recall", lambda v: 1.1 * v),),
        ),
        Claim(
            name="recognition_outlasts_recall",
            sentence="What is no longer recalled is still recognised.",
            source=FEW_SHOT,
            sweeps=("memory_tests",),
            check=evidence.recognition_outlasts_recall,
            spoilers=(Spoiler("memory_tests", "recognised", lambda v: 0.5 * v),),
        ),
        Claim(
            name="one_exposure_recognition",
            sentence="One exposure is enough for recognition.",
            source=FEW_SHOT,
            sweeps=("memory_tests",),
            check=evidence.one_exposure_recognition,
            spoilers=(Spoiler("memory_tests", "recognised", backwards("record")),),
        ),
        Claim(
            name="steep_then_gradual",
            sentence="Forgetting is steep at first and gradual later.",
            source=FEW_SHOT,
            sweeps=("memory_tests",),
            check=evidence.steep_then_gradual,
            spoilers=(Spoiler("memory_tests", "recall", backwards("record")),),
        ),
        Claim(
            name="three_for_recall",
            sentence="Recall needs three exposures.",
            source=FEW_SHOT,
            sweeps=("exposures",),
            check=evidence.three_for_recall,
            spoilers=(Spoiler("exposures", "recall", lambda v: 0.6 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="0.2063 <= strength < 0.2929, at a threshold of a half",
        ),
    ),
)
