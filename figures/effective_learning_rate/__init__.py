"""Effective learning rates behind a normalisation: how they fall, and what restores them."""

from typing import Any

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_SOURCE = "arXiv:2407.01800 abstract"


def _unprojected(values: Any) -> Any:
    return evidence.exchanged(values, "no projection", "projected")


def _unscheduled(values: Any) -> Any:
    return evidence.exchanged(values, "constant", "implicit")


def _greedless(values: Any) -> Any:
    return evidence.exchanged(values, "constant", "greedy")


REPRODUCTION = Reproduction(
    name="effective_learning_rate",
    paper="Lyle et al.: Normalization and effective learning rates in reinforcement learning, "
    "arXiv:2407.01800; rate sensitivity after arXiv:2309.14322",
    title="Effective learning rates: growing norms, projection and decay",
    figures=(
        Recipe(
            "rates",
            "Effective rate while the norm grows, and excess at a target at rest under three "
            "schedules. Circles: runs; lines: large sizes; dashes: the law once all is learned.",
            _SOURCE,
            ("growth", "stationary"),
            panels.rates,
        ),
        Recipe(
            "plasticity",
            "Overlap at the end of twenty tasks, and with turning targets (squares: projected, "
            "circles: not). Lines: large sizes; bars: standard errors.",
            _SOURCE,
            ("tasks", "drifting"),
            panels.plasticity,
        ),
        Recipe(
            "sensitivity",
            "Excess after 40 d updates over the rate, five learners. Dots across: the rate above "
            "which the plain learner diverges.",
            "arXiv:2309.14322, on one regression",
            ("sensitivity",),
            panels.sensitivity,
        ),
    ),
    claims=(
        Claim(
            name="growth_is_decay",
            sentence="Growth of the parameters is a decay of the effective learning rate, as "
            "1/sqrt(2 s^2 tau) in the end.",
            source=_SOURCE,
            sweeps=("growth",),
            check=evidence.growth_is_decay,
            spoilers=(Spoiler("growth", "effective_rate", evidence.frozen),),
        ),
        Claim(
            name="projection_keeps_plasticity",
            sentence="The rate decays too fast for a problem that changes; projecting the weights "
            "keeps the learner plastic.",
            source=_SOURCE,
            sweeps=("tasks", "drifting"),
            check=evidence.projection_keeps,
            spoilers=(
                Spoiler(
                    "tasks",
                    "task_end_overlap",
                    _unprojected,
                ),
                Spoiler("drifting", "overlap", lambda v: v.isel(norm=[1, 0]).values),
            ),
        ),
        Claim(
            name="projection_is_enough",
            sentence="On a stationary problem projection alone keeps or improves performance.",
            source=_SOURCE,
            sweeps=("stationary",),
            check=evidence.projection_is_enough,
            spoilers=(
                Spoiler(
                    "stationary",
                    "final_excess",
                    _unscheduled,
                ),
            ),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="implicit_schedule_matters",
            sentence="The implicit schedule helps, and is not the best one.",
            source=_SOURCE,
            sweeps=("stationary",),
            check=evidence.order_of_schedules,
            spoilers=(
                Spoiler(
                    "stationary",
                    "final_excess",
                    _greedless,
                ),
            ),
        ),
        Claim(
            name="insensitive_to_the_rate",
            sentence="Normalisation makes the result less sensitive to the learning rate, and "
            "independent weight decay makes it insensitive.",
            source="arXiv:2309.14322 and 2407.01800, on one regression",
            sweeps=("sensitivity",),
            check=evidence.insensitive,
            spoilers=(
                Spoiler(
                    "sensitivity",
                    "final_excess",
                    lambda v: evidence.exchanged(v, "plain", "independent"),
                ),
            ),
        ),
        Claim(
            name="diverging_rate_shrinks",
            sentence="Without normalisation the largest stable step shrinks as the model grows; "
            "behind one there is none.",
            source="arXiv:2309.14322, on one regression",
            sweeps=("sensitivity",),
            check=evidence.diverges_with_size,
            spoilers=(Spoiler("sensitivity", "status", evidence.steady),),
        ),
    ),
    beyond_theory={
        "sensitivity": "large rates take large steps, and the plain learner diverges there"
    },
)
