"""Strategies in context: predictors that memorise the tasks seen, or generalise over them."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

REPRODUCTION = Reproduction(
    name="icl_strategies",
    paper="Memorising and generalising in context, arXiv:2506.17859, 2306.15063, 2306.09702",
    title="In-context learning: when a learner turns from generalising to memorising",
    figures=(
        Recipe(
            "gain",
            "Gain of memorising over the number of tasks, in nats a sequence. Dashed: I - ln D; "
            "dotted curve: upper bound; grey: e^I; dotted upright: N_eff."
            " Bars: standard errors.",
            "arXiv:2506.17859; bounds and exact mean derived",
            ("urns_small", "urns_large", "urns_paper"),
            panels.gain,
        ),
        Recipe(
            "transition",
            "Updates after which memorising takes over, by the exponents of evidence and bits and "
            "the bits of the generaliser's code; their local exponent. Dashed: in proportion to D."
            " Bars: standard errors.",
            "arXiv:2506.17859",
            ("urns_paper",),
            panels.transition,
        ),
        Recipe(
            "transience",
            "Weights of the strategies, and losses on seen and fresh tasks, along the training; "
            "urns of .15, .35, .6, .9. Points: sampled sequences; lines: exact."
            " Bars: standard errors.",
            "arXiv:2506.17859",
            ("transience",),
            panels.transience,
        ),
        Recipe(
            "plane",
            "Relative distance of the averaged prediction over updates and tasks, mean over sets "
            "of urns; line: where memorising takes over, by the exact mean gain.",
            "arXiv:2506.17859",
            ("plane",),
            panels.plane,
        ),
        Recipe(
            "evidence",
            "Sequences until the evidence passes a penalty: mean and standard deviation.",
            "derived",
            ("evidence",),
            panels.evidence,
        ),
        Recipe(
            "regression",
            "Squared error over the number of regression tasks. Dashed: distance to the nearest "
            "task seen; grey: 2^14 tasks."
            " Bars: standard errors.",
            "arXiv:2306.15063",
            ("regression",),
            panels.regression,
        ),
        Recipe(
            "hierarchy",
            "Regret on a new task's parameters over the episodes, dashed p(p+3)/(4N); risk on a "
            "new task by its shots."
            " Bars: standard errors.",
            "arXiv:2306.09702, in conjugate hierarchies",
            ("hierarchy", "shots"),
            panels.hierarchy,
        ),
    ),
    claims=(
        Claim(
            name="gain_is_divergence",
            sentence="The advantage of memorising is a Kullback-Leibler divergence.",
            source="derived",
            sweeps=("urns_known",),
            check=evidence.gain_is_divergence,
            spoilers=(Spoiler("urns_known", "loss_memorising", lambda v: v + 0.01),),
        ),
        Claim(
            name="sandwich",
            sentence="The gain of memorising D tasks lies between I - ln D and "
            "E ln(1 + (e^i - 1)/D).",
            source="derived",
            sweeps=("urns_small", "urns_large", "urns_paper"),
            check=evidence.sandwich,
            spoilers=(Spoiler("urns_paper", "gain", lambda v: 1.2 * v),),
        ),
        Claim(
            name="exact_gain",
            sentence="The mean gain of memorising is known at every D, and is (N_eff - 1)/(2 D) "
            "beyond N_eff.",
            source="derived",
            sweeps=("urns_small", "urns_large"),
            check=evidence.exact_gain,
            spoilers=(Spoiler("urns_small", "gain", lambda v: 1.2 * v),),
        ),
        Claim(
            name="superlinear_transition",
            sentence="The time to switch from generalising to memorising grows faster than the "
            "number of tasks.",
            source="arXiv:2506.17859 abstract",
            sweeps=("urns_paper",),
            check=evidence.superlinear_transition,
            spoilers=(
                Spoiler("urns_paper", "gain", lambda v: v * v["n_tasks"].astype(float) ** 0.7),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="kappa + 1/(I - ln D) > 1 - alpha, kappa the local exponent of the bits' cost",
        ),
        Claim(
            name="transience",
            sentence="The loss on fresh tasks falls, then rises again as training goes on.",
            source="arXiv:2506.17859",
            sweeps=("transience",),
            check=evidence.transience,
            spoilers=(Spoiler("transience", "loss_fresh", evidence.falling),),
        ),
        Claim(
            name="evidence_time",
            sentence="A learner that weighs the evidence switches after penalty over gain "
            "sequences, and an overshoot that is known.",
            source="derived",
            sweeps=("evidence",),
            check=evidence.evidence_time,
            spoilers=(Spoiler("evidence", "switch_time", lambda v: 1.05 * v),),
        ),
        Claim(
            name="memoriser_fails_fresh",
            sentence="A predictor with the tasks seen as its prior cannot do new ones, even with "
            "2^14 tasks seen.",
            source="arXiv:2306.15063",
            sweeps=("regression",),
            check=evidence.memoriser_fails_fresh,
            spoilers=(Spoiler("regression", "loss_memorising", lambda v: 0.2 * v),),
        ),
        Claim(
            name="bayes_threshold",
            sentence="Near 2^14 tasks the Bayes optimum of the tasks seen becomes one of ridge.",
            source="arXiv:2306.15063, as it may be read; trained networks leave that optimum there",
            sweeps=("regression",),
            check=evidence.bayes_threshold,
            spoilers=(Spoiler("regression", "gain", lambda v: v - 6.0),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="episodes_teach_the_prior",
            sentence="A global posterior learned one episode at a time predicts new tasks ever "
            "better, whatever the order of episodes.",
            source="arXiv:2306.09702",
            sweeps=("hierarchy",),
            check=evidence.episodes_teach_the_prior,
            spoilers=(Spoiler("hierarchy", "regret", lambda v: v + 0.05),),
        ),
        Claim(
            name="adaptation_is_controlled",
            sentence="The global prior sets how far a new task moves from it.",
            source="arXiv:2306.09702",
            sweeps=("shots",),
            check=evidence.adaptation_is_controlled,
            spoilers=(Spoiler("shots", "risk", lambda v: 1.1 * v),),
        ),
    ),
)
