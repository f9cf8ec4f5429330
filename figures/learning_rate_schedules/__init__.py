"""Which learning-rate schedule is best, and how far from the best possible? Several papers' claims,
held against exact losses.
"""

from collections.abc import Callable
from typing import Any

from toysim.outcomes import Verdict
from toysim.paper import Claim, Expected, Recipe, Reproduction, Spoiler
from toysim.references import parts

courses, evidence, rankings = parts(__name__, "courses", "evidence", "rankings")

STAGED = ("staged_100", "staged_200", "staged_500")
SHORT = Expected(Verdict.REPRODUCED, "budgets up to 1,000 updates alone")


def only(name: str, word: str, factor: float) -> Callable[[Any], Any]:
    """A change of the values of one kind of curve: times a factor."""
    return lambda v: v.where(v[name] != word, factor * v)


REPRODUCTION = Reproduction(
    name="learning_rate_schedules",
    paper="arXiv:2310.07831, 2105.10762, 2107.04197, 2408.11029, 2410.05192, 2505.24452, "
    "2602.06797, 2603.10301",
    title="Learning-rate schedules against the best one possible",
    figures=(
        Recipe(
            "optimum",
            "The best schedule at each budget, and the loss of every other at its best peak over "
            "the least.",
            "derived; arXiv:2602.06797, 2603.10301",
            ("optimum", "laws", "budget"),
            rankings.optimum,
        ),
        Recipe(
            "ranking",
            "Every schedule at every budget, in per cent above the least loss.",
            "derived",
            ("budget", "optimum"),
            rankings.heat,
        ),
        Recipe(
            "tuned",
            "Simulated runs at tuned peaks on the exact losses. Bars: standard errors.",
            "derived",
            ("tuned", "budget"),
            rankings.tuned_runs,
        ),
        Recipe(
            "annealing",
            "The law of sums of rates, fitted on two schedules and held against four others.",
            "arXiv:2408.11029",
            ("annealing",),
            courses.annealing,
        ),
        Recipe(
            "staged",
            "Rates searched stage by stage beside the best ones, and the errors of forecasts.",
            "arXiv:2105.10762",
            ("optimum", *STAGED),
            courses.staged,
        ),
        Recipe(
            "branches",
            "Three checkpoints of one run: from the decayed checkpoint on, cyclic, or branching "
            "before each decay.",
            "arXiv:2410.05192",
            ("branches", "rivals"),
            courses.branches,
        ),
        Recipe(
            "conditioning",
            "A one-parameter family over its parameter, at every condition number.",
            "arXiv:2505.24452",
            ("conditioning",),
            courses.conditioning,
        ),
        Recipe(
            "refined",
            "Schedules refined by exact gradient norms, beside the best ones.",
            "arXiv:2310.07831",
            ("refined_rates", "optimum"),
            courses.refined,
        ),
        Recipe(
            "signals",
            "Warm-up and decay of the best schedule, from hard signals to easy ones.",
            "derived; arXiv:2602.06797",
            ("signals",),
            rankings.signals,
        ),
        Recipe(
            "worst_case",
            "Subgradient descent on |x|: the worst last iterate of all starts, and its bound.",
            "arXiv:2310.07831",
            ("worst_case",),
            rankings.worst_case,
        ),
    ),
    claims=(
        Claim(
            name="linear_decay",
            sentence="Linear decay matches or beats the usual defaults.",
            source="arXiv:2310.07831",
            sweeps=("budget",),
            check=evidence.linear_decay,
            spoilers=(Spoiler("budget", "final_loss", only("schedule", "cosine", 0.9)),),
            expected_verdict=Verdict.LIMITED,
            limits="budgets up to 3,000 updates; at 10,000 the cosine wins by 2 %",
            at={"ci": SHORT},
        ),
        Claim(
            name="no_fixed_shape",
            sentence="Some schedule of a fixed shape comes within 6 % of the least loss at every "
            "budget, and none within 1 %.",
            source="derived",
            sweeps=("budget", "optimum"),
            check=evidence.ranking,
            spoilers=(Spoiler("budget", "final_loss", lambda v: 0.97 * v),),
        ),
        Claim(
            name="worst_case",
            sentence="The final loss is at most D G/sqrt T, whatever the start.",
            source="arXiv:2310.07831",
            sweeps=("worst_case",),
            check=evidence.worst_case,
            spoilers=(Spoiler("worst_case", "worst_loss", lambda v: v * v["n_steps"] ** 0.5),),
        ),
        Claim(
            name="refined_shape",
            sentence="Refinement by gradient norms yields warm-up and fast annealing.",
            source="arXiv:2310.07831",
            sweeps=("refined_rates",),
            check=evidence.refined_shape,
            spoilers=(Spoiler("refined_rates", "rate", lambda v: v * 0 + 0.25),),
        ),
        Claim(
            name="refined_gain",
            sentence="The refined schedule improves on linear decay.",
            source="arXiv:2310.07831",
            sweeps=("refined",),
            check=evidence.refined_gain,
            spoilers=(Spoiler("refined", "final_loss", only("schedule", "refined", 0.75)),),
            expected_verdict=Verdict.REFUTED,
            limits="one-pass least squares, where its warm-up is deeper than the best",
        ),
        Claim(
            name="rex_low",
            sentence="rex beats linear decay at low budgets, and matches it at high ones.",
            source="arXiv:2107.04197",
            sweeps=("budget",),
            check=evidence.rex_low,
            spoilers=(Spoiler("budget", "final_loss", only("schedule", "linear", 0.9)),),
            expected_verdict=Verdict.LIMITED,
            limits="beats it up to 100 updates, and ends 6 % above it at 10,000",
        ),
        Claim(
            name="sampling",
            sentence="The profile of a schedule and how often it is read are two choices.",
            source="arXiv:2107.04197",
            sweeps=("sampling",),
            check=evidence.sampling,
            spoilers=(Spoiler("sampling", "final_loss", lambda v: v * 0 + 0.07),),
        ),
        Claim(
            name="uba",
            sentence="One family of schedules, at its best phi, beats all usual ones.",
            source="arXiv:2505.24452",
            sweeps=("conditioning",),
            check=evidence.uba,
            spoilers=(Spoiler("conditioning", "final_loss", only("schedule", "uba", 0.8)),),
            expected_verdict=Verdict.REFUTED,
            limits="rex or linear decay is better at moderate condition numbers",
        ),
        Claim(
            name="phi_condition",
            sentence="The best phi grows with the condition number.",
            source="arXiv:2505.24452",
            sweeps=("conditioning",),
            check=evidence.phi_condition,
            spoilers=(
                Spoiler(
                    "conditioning",
                    "final_loss",
                    lambda v: v.isel(condition_number=slice(None, None, -1)).values,
                ),
            ),
        ),
        Claim(
            name="annealing_law",
            sentence="L0 + A S1^-alpha - C S2, fitted on two schedules, predicts others.",
            source="arXiv:2408.11029",
            sweeps=("annealing",),
            check=evidence.annealing_law,
            spoilers=(Spoiler("annealing", "rate", lambda v: v * 0 + 0.25),),
            expected_verdict=Verdict.LIMITED,
            limits="the total loss, of which the label noise is most; not the excess",
        ),
        Claim(
            name="autolrs_forecast",
            sentence="A short trial and an exponential replace the full stage.",
            source="arXiv:2105.10762",
            sweeps=("staged_100", "staged_200"),
            check=evidence.autolrs_forecast,
            spoilers=(Spoiler(STAGED[:2], "final_loss", only("evaluation", "forecast", 1.1)),),
        ),
        Claim(
            name="autolrs_gain",
            sentence="Rates chosen stage by stage beat tuned schedules.",
            source="arXiv:2105.10762",
            sweeps=("budget", *STAGED),
            check=evidence.autolrs_gain,
            spoilers=(Spoiler(STAGED, "final_loss", lambda v: 0.4 * v),),
            expected_verdict=Verdict.REFUTED,
            limits="the horizon of a stage is too short, its loss 1.4 to 1.8 times linear decay's",
        ),
        Claim(
            name="short_horizon",
            sentence="A search stage by stage loses by its short horizon, not by having few rates.",
            source="arXiv:1803.02021",
            sweeps=("optimum", *STAGED),
            check=evidence.short_horizon,
            spoilers=(Spoiler(STAGED, "best_pieces", lambda v: 1.1 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="five stages or more; two constant rates lose 18 % by themselves",
        ),
        Claim(
            name="wsd_over_cosine",
            sentence="A stable phase and a short decay beat the cosine, both tuned.",
            source="arXiv:2410.05192",
            sweeps=("hard",),
            check=evidence.wsd_over_cosine,
            spoilers=(
                Spoiler(
                    "hard",
                    "final_loss",
                    lambda v: v.isel(signal_exponent=slice(None, None, -1)).values,
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="hard problems, b < a",
        ),
        Claim(
            name="inverse_decay",
            sentence="A decay linear in one over the rate beats one linear in the rate.",
            source="arXiv:2410.05192",
            sweeps=("decay_shapes",),
            check=evidence.inverse_decay,
            spoilers=(Spoiler("decay_shapes", "final_loss", only("decay_shape", "linear", 0.9)),),
            expected_verdict=Verdict.LIMITED,
            limits="to the same tenth of the peak; against a decay to nothing a short one of an "
            "easy run alone",
        ),
        Claim(
            name="wsd_s",
            sentence="Going on from the decayed checkpoint beats branching before the decay, at "
            "equal compute.",
            source="arXiv:2410.05192",
            sweeps=("branches", "rivals"),
            check=evidence.wsd_s,
            spoilers=(Spoiler("branches", "loss", lambda v: 1.05 * v),),
        ),
        Claim(
            name="wsd_s_cyclic",
            sentence="Going on from the decayed checkpoint beats the cyclic cosine, too.",
            source="arXiv:2410.05192",
            sweeps=("branches",),
            check=evidence.wsd_s_cyclic,
            spoilers=(Spoiler("branches", "loss", lambda v: 1.0 / v),),
            expected_verdict=Verdict.LIMITED,
            limits="hard problems, b < a",
        ),
        Claim(
            name="optimal_warms_up",
            sentence="Good schedules warm up and decay.",
            source="arXiv:2603.10301",
            sweeps=("noises",),
            check=evidence.optimal_warms_up,
            spoilers=(Spoiler("noises", "warmup_ratio", lambda v: v * 0 + 1.0),),
            expected_verdict=Verdict.LIMITED,
            limits="noise of samples, b >= a",
        ),
        Claim(
            name="power_decay",
            sentence="The best schedule of an easy problem is (1 - z)^(2a - 1).",
            source="arXiv:2602.06797",
            sweeps=("optimum",),
            check=evidence.power_decay,
            spoilers=(Spoiler("optimum", "tail_exponent", lambda v: v * 0 + 2.0),),
            expected_verdict=Verdict.REFUTED,
            limits="up to 10,000 updates the exponent is on its way, at 1.4 of 2",
        ),
        Claim(
            name="two_factors",
            sentence="The best rate follows [(S + s2) K(u)]^(-1/2): it warms up with the falling "
            "loss and decays with the rates that are left.",
            source="derived",
            sweeps=("laws",),
            check=evidence.two_factors,
            spoilers=(Spoiler("laws", "law_loss", lambda v: 1.03 * v),),
        ),
    ),
)
