"""Spacing: when a second exposure to the same thing is worth most, and what two time scales buy."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler, backwards
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

REPRODUCTION = Reproduction(
    name="spacing",
    paper="arXiv:2503.18371, arXiv:2104.09034",
    title="The spacing effect in a trace on two time scales",
    figures=(
        Recipe(
            "gaps",
            "Strength after a lag over the gap between two exposures. Points: simulated; lines: "
            "closed form; dotted: best gap at long lags.",
            "arXiv:2503.18371, in two linear traces",
            ("gaps",),
            panels.gaps,
        ),
        Recipe(
            "levels",
            "Best whole gap over the lag, by the number of traces in the chain.",
            "derived",
            ("levels",),
            panels.levels,
        ),
        Recipe(
            "existence",
            "Where a gap above the shortest is best (filled) and where none is (open), simulated; "
            "the line is gain = ln r_s/ln r_f.",
            "derived",
            ("existence",),
            panels.existence,
        ),
        Recipe(
            "pair",
            "Strength over the lag after one exposure. Points: simulated; lines: theory.",
            "arXiv:2104.09034, in two linear traces",
            ("pair",),
            panels.pair,
        ),
    ),
    claims=(
        Claim(
            name="optimal_interval",
            sentence="There is a best interval between two recalls.",
            source="arXiv:2503.18371",
            sweeps=("existence", "gaps"),
            check=evidence.optimal_interval,
            spoilers=(Spoiler("existence", "final_strength", backwards("gap")),),
            expected_verdict=Verdict.LIMITED,
            limits="gain |ln r_f| > |ln r_s| and a slow trace that is fed; a single trace has none",
        ),
        Claim(
            name="interval_independent_of_lag",
            sentence="The best interval does not depend on when memory is tested.",
            source="arXiv:2503.18371, whose best interval holds at any time",
            sweeps=("gaps",),
            check=evidence.interval_independent_of_lag,
            spoilers=(
                Spoiler(
                    "gaps", "final_strength", lambda v: 0 * v - abs(v["gap"] - v["lag"] / 60.0)
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="lags of 20 steps and more, where the fast trace has faded",
        ),
        Claim(
            name="levels_move_the_interval",
            sentence="In a chain of more traces than two the best interval grows with the lag.",
            source="derived",
            sweeps=("levels",),
            check=evidence.levels_move_the_interval,
            spoilers=(Spoiler("levels", "best_gap", backwards("lag")),),
        ),
        Claim(
            name="fast_and_slow",
            sentence="A fast trace that feeds a slow one is both quick to learn and slow to "
            "forget.",
            source="arXiv:2104.09034; its gain over joint training has no counterpart here",
            sweeps=("pair",),
            check=evidence.fast_and_slow,
            spoilers=(Spoiler("pair", "final_strength", backwards("lag")),),
        ),
    ),
)
