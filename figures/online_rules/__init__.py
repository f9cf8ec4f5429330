"""Online rules for a sign teacher: exponents, constants, floors of label noise, spread."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

_CLASSIC = "classic results of online learning, recalled; no arXiv number"

REPRODUCTION = Reproduction(
    name="online_rules",
    paper="Online learning of a sign teacher: classic rules, no arXiv number",
    title="How fast do Hebb, perceptron, Adatron and tuned rules learn?",
    figures=(
        Recipe(
            "rules",
            "Error over examples per input: points means over runs, lines the limit of many "
            "inputs; dotted the laws of late times."
            " Bars: standard errors.",
            _CLASSIC,
            ("rules",),
            pictures.rules,
        ),
        Recipe(
            "adatron",
            "Error times examples of the Adatron over its rate: points the exact course at t = "
            "200, dashed the law 3/(eta (3 - eta)).",
            "derived",
            ("adatron_rate",),
            pictures.adatron,
        ),
        Recipe(
            "flips",
            "Error over examples per input with flipped labels: points means over runs, lines "
            "the limit, dotted the floor that is left."
            " Bars: standard errors.",
            "derived",
            ("flips",),
            pictures.flips,
        ),
        Recipe(
            "window",
            "Error of the perceptron over that of Hebb's rule; below 1 the perceptron is ahead.",
            "derived",
            ("window",),
            pictures.window,
        ),
        Recipe(
            "field",
            "Flow of the cosine with the teacher and of the student's length (darker: faster) as N "
            "-> infinity, learning rate 1, with the lines on which one of them rests. With flipped "
            "labels (p) the perceptron comes to rest, and the Adatron keeps a cosine and goes on "
            "shrinking; with clean ones the margin rule grows.",
            "derived",
            ("field",),
            pictures.field,
        ),
    ),
    claims=(
        Claim(
            name="exponents",
            sentence="The error falls as t^(-1/2) by Hebb's rule, t^(-1/3) by the perceptron's, "
            "1/t by the Adatron.",
            source=_CLASSIC,
            sweeps=("late",),
            check=evidence.exponents,
            spoilers=(Spoiler("late", "error", evidence.flatter),),
        ),
        Claim(
            name="adatron_constant",
            sentence="The Adatron's error tends to 3/(eta (3 - eta) t); the best rate is 3/2.",
            source="derived",
            sweeps=("adatron_rate",),
            check=evidence.adatron_constant,
            spoilers=(Spoiler("adatron_rate", "error", evidence.a_tenth_more),),
        ),
        Claim(
            name="hebb_beats_perceptron",
            sentence="Hebb's rule is ahead of the perceptron's at every time.",
            source=_CLASSIC,
            sweeps=("window",),
            check=evidence.hebb_beats_perceptron,
            spoilers=(Spoiler("window", "error", evidence.exchanged),),
            expected_verdict=Verdict.LIMITED,
            limits="outside a window that widens as the rate falls: none at eta 2, 5.4 to 10 at 1, "
            "24 to 406 at 0.1",
        ),
        Claim(
            name="noise_stops_the_perceptron",
            sentence="Label noise stops the perceptron at arccos(1 - 2p)/pi, not Hebb's rule.",
            source="derived",
            sweeps=("flips",),
            check=evidence.noise_stops_the_perceptron,
            spoilers=(Spoiler("flips", "error", evidence.a_tenth_more),),
        ),
        Claim(
            name="runs_spread_as_root_n",
            sentence="Runs differ by N^(-1/2) with the predicted constant.",
            source="derived",
            sweeps=("sizes",),
            check=evidence.runs_spread_as_root_n,
            spoilers=(Spoiler("sizes", "error", evidence.wider),),
        ),
        Claim(
            name="annealed_perceptron",
            sentence="A tuned course of the rate makes the perceptron learn as 1/t.",
            source=_CLASSIC,
            sweeps=("late",),
            check=evidence.annealed_perceptron,
            spoilers=(Spoiler("late", "error", evidence.flatter),),
        ),
    ),
)
