"""Repeated data: a tenth of the tokens repeated, and what it costs at the end and in time."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

REPRODUCTION = Reproduction(
    name="repeated_data",
    paper="Hernandez et al.: Scaling Laws and Interpretability of Learning from Repeated Data, "
    "arXiv:2205.10487",
    title="Learning from repeated data: how often rows may be repeated",
    figures=(
        Recipe(
            "repeats",
            "Risk over the number of times that a tenth of the tokens is repeated, over the risk "
            "of as many fresh rows. Lines: law of large sizes; points: drawn data sets, with "
            "standard errors; dashed: the tenth left out.",
            "arXiv:2205.10487, in linear regression",
            ("repeats", "repeats_small"),
            panels.repeats,
        ),
        Recipe(
            "course",
            "Risk over time: gradient flow on a set with repeats, and on a stream of which half "
            "are ten noisy rows. Points: drawn rows; lines: exact at large sizes, with the parts "
            "from teacher and noise."
            " Bars: standard errors.",
            "arXiv:2205.10487, in linear regression",
            ("course",),
            panels.course,
        ),
        Recipe(
            "peak_in_time",
            "Where the stream's risk rises midway and falls later (dark), by the share of repeats "
            "and the noise over the signal; line: 2 sqrt(1-f)/(1-sqrt(1-f)).",
            "derived",
            ("peak_in_time",),
            panels.peak_in_time,
        ),
        Recipe(
            "stream",
            "SGD on a stream that repeats twenty rows: loss on these against excess loss on fresh "
            "inputs, from the start (top right) on. Lines: exact given the rows; points: runs; "
            "means over draws of the rows.",
            "derived; arXiv:2205.10487",
            ("stream",),
            panels.stream,
        ),
    ),
    claims=(
        Claim(
            name="middle_repeats_worst",
            sentence="At a fixed number of tokens a middle number of repeats is the worst: both "
            "few rows repeated often and many repeated rarely cost less.",
            source="arXiv:2205.10487 abstract",
            sweeps=("repeats", "repeats_small"),
            check=evidence.middle_repeats_worst,
            spoilers=(
                Spoiler("repeats", "risk", evidence.falling),
                Spoiler("repeats_small", "risk", evidence.falling),
            ),
        ),
        Claim(
            name="worse_than_dropping",
            sentence="Repeating a tenth of the data costs more than leaving it out.",
            source="arXiv:2205.10487",
            sweeps=("repeats",),
            check=evidence.worse_than_dropping,
            spoilers=(Spoiler("repeats", "dropped_risk", lambda v: 1.6 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="rows repeated four times or more; twice is better than not at all",
        ),
        Claim(
            name="double_descent_in_time",
            sentence="While repeated rows are learned the test loss rises midway and falls again.",
            source="arXiv:2205.10487",
            sweeps=("peak_in_time",),
            check=evidence.double_descent_in_time,
            spoilers=(Spoiler("peak_in_time", "risk", evidence.never_rising),),
            expected_verdict=Verdict.LIMITED,
            limits="few rows against features, and label noise above 2 sqrt(1-f)/(1-sqrt(1-f)) "
            "times the signal: 37 times at f = 0.1",
        ),
    ),
)
