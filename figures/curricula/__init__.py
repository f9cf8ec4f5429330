"""Curricula: what order and difficulty of the data do to online learning, by seven questions."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

orders_evidence, panels, reading, tasks_evidence, tasks_panels = parts(
    __name__, "orders_evidence", "panels", "reading", "tasks_evidence", "tasks_panels"
)

REPRODUCTION = Reproduction(
    name="curricula",
    paper="Curricula in online learning, arXiv:2106.08068, 2202.05531, 1910.07224, 2211.09703, "
    "2403.10348, 2506.02281",
    title="Curricula in online learning: does the order of the data matter?",
    figures=(
        Recipe(
            "orders",
            "Test errors over the examples per dimension, by the order of easy and hard examples. "
            "Points: runs; lines: exact means."
            " Bars: standard errors.",
            "arXiv:2106.08068, for the squared loss",
            ("orders",),
            panels.orders,
        ),
        Recipe(
            "finite_size",
            "Error less its limit over 1/d. Line: exact means and fluctuations to order 1/d, from "
            "d = 20 on."
            " Bars: standard errors.",
            "derived",
            ("finite_size",),
            panels.finite_size,
        ),
        Recipe(
            "optimal",
            "Left: error above that of the best order with half of the examples hard, over the "
            "learning rate; points: runs at d = 2000. Right: its switching function along the run, "
            "flat where the best order mixes."
            " Bars: standard errors.",
            "derived",
            ("optimal",),
            panels.optimal,
        ),
        Recipe(
            "map",
            "Which order of half hard examples is the best, by the share of relevant inputs and "
            "the learning rate.",
            "derived",
            ("map",),
            panels.phase_map,
        ),
        Recipe(
            "cyclical",
            "Error of cyclic training-set sizes less that of a mixture, and less that of the same "
            "share of hard examples held constant, by the irrelevant start weights."
            " Bars: standard errors.",
            "arXiv:2202.05531, in an online perceptron",
            ("cyclical",),
            panels.cyclical,
        ),
        Recipe(
            "cycles",
            "Error of a mixture less that of easy and hard in cycles; dashed: one over the cycles."
            " Bars: standard errors.",
            "derived",
            ("cycles",),
            panels.cycles,
        ),
        Recipe(
            "teachers",
            "Tasks mastered in time (20 tasks), and the speed-up of the teacher by learning "
            "progress over the tasks and over the noise on rewards. Dashed: visits a task needs, "
            "and the law of large noise."
            " Bars: standard errors.",
            "arXiv:1910.07224, reduced to a chain",
            ("teachers", "noise"),
            tasks_panels.teachers,
        ),
        Recipe(
            "spectral",
            "Loss over the cost of training on all modes, and on the first ones first."
            " Bars: standard errors.",
            "arXiv:2211.09703, in linear regression",
            ("spectral",),
            tasks_panels.spectral,
        ),
        Recipe(
            "denoising",
            "Updates that a noise level takes alone and the relative entropy of its step, by the "
            "spectrum of the data; loss above the least by the order of levels."
            " Bars: standard errors.",
            "arXiv:2403.10348, in a linear denoiser",
            ("levels", "denoising"),
            tasks_panels.denoising,
        ),
        Recipe(
            "angles",
            "Mean squared gradient over the concentration of the tokens by the direction of the "
            "error, and the loss by the order of concentrations; grey: a fifth of the start."
            " Bars: standard errors.",
            "arXiv:2506.02281, in linear regression",
            ("norms", "angles"),
            tasks_panels.angles,
        ),
    ),
    claims=(
        Claim(
            name="easy_first_helps",
            sentence="Showing easy data first lowers the final error on hard data.",
            source="arXiv:2106.08068 abstract",
            sweeps=("orders",),
            check=orders_evidence.easy_first_helps,
            spoilers=(Spoiler("orders", "error_hard", lambda v: reading.flipped(v, "order")),),
        ),
        Claim(
            name="only_on_hard_tests",
            sentence="On easy tests the order of the orders reverses.",
            source="derived",
            sweeps=("orders",),
            check=orders_evidence.only_on_hard_tests,
            spoilers=(Spoiler("orders", "error_easy", lambda v: reading.flipped(v, "order")),),
        ),
        Claim(
            name="gain_is_transient",
            sentence="What easy first gains fades with more training, as t exp(-2 H t) in the time "
            "t = eta alpha.",
            source="arXiv:2106.08068; law derived",
            sweeps=("transient",),
            check=orders_evidence.gain_is_transient,
            spoilers=(Spoiler("transient", "irrelevant_norm", lambda v: 1.2 * v),),
        ),
        Claim(
            name="optimum_changes_shape",
            sentence="Easy first is the best order up to a learning rate, and a mixture between "
            "easy stretches beyond it.",
            source="derived",
            sweeps=("optimal",),
            check=orders_evidence.optimum_changes_shape,
            spoilers=(
                Spoiler(
                    "optimal",
                    "error_test",
                    lambda v: reading.changed(
                        v, "order", reading.place(v, "order", "optimal"), by=0.02
                    ),
                ),
            ),
        ),
        Claim(
            name="cycling_beats_both",
            sentence="Training sets that grow and shrink in cycles beat uniform training and a "
            "single pass from easy to all.",
            source="arXiv:2202.05531 abstract",
            sweeps=("cyclical",),
            check=orders_evidence.cycling_beats_both,
            spoilers=(
                Spoiler(
                    "cyclical",
                    "error_test",
                    lambda v: reading.cyclical(v, factor=1.1),
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="a mixture is beaten without irrelevant start weights, or above a learning rate "
            "that grows with them (.89, 1.21, 1.49 at 1/4, 1/2, 1 and four examples per "
            "dimension); sorted sizes above 1.74 (four), .70 (twelve)",
        ),
        Claim(
            name="cycling_is_the_cause",
            sentence="The cycling itself, not the smaller share of hard examples, brings the gain.",
            source="arXiv:2202.05531, as it may be read",
            sweeps=("cyclical",),
            check=orders_evidence.cycling_is_the_cause,
            spoilers=(
                Spoiler(
                    "cyclical",
                    "error_test",
                    lambda v: reading.cyclical(v, by=-0.01),
                ),
            ),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="progress_teacher_wins",
            sentence="Sampling tasks by learning progress beats random teaching, the more the more "
            "tasks cannot be learned.",
            source="arXiv:1910.07224",
            sweeps=("teachers",),
            check=tasks_evidence.progress_teacher_wins,
            spoilers=(
                Spoiler(
                    "teachers",
                    "episodes",
                    lambda v: reading.changed(
                        v, "teacher", reading.place(v, "teacher", "progress"), factor=8.0
                    ),
                ),
            ),
        ),
        Claim(
            name="progress_survives_noise",
            sentence="Sampling by learning progress beats random teaching with noisy rewards, too.",
            source="arXiv:1910.07224",
            sweeps=("noise",),
            check=tasks_evidence.progress_survives_noise,
            spoilers=(Spoiler("noise", "episodes", lambda v: reading.flipped(v, "reward_noise")),),
            expected_verdict=Verdict.LIMITED,
            limits="noise below sqrt(pi)/6 of what a visit adds to the reward",
        ),
        Claim(
            name="low_frequencies_first_cheaper",
            sentence="Low frequencies first save a third of the cost at no loss.",
            source="arXiv:2211.09703 abstract",
            sweeps=("spectral",),
            check=tasks_evidence.low_frequencies_first_cheaper,
            spoilers=(
                Spoiler(
                    "spectral",
                    "loss",
                    lambda v: reading.changed(
                        v, "pacing", reading.place(v, "pacing", "three_stage"), factor=1.3
                    ),
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="modes hidden at first would not have been learned: eta h T < .1 of the middle "
            "one",
        ),
        Claim(
            name="low_noise_is_harder",
            sentence="Denoising converges more slowly at low noise, where steps have a larger "
            "relative entropy.",
            source="arXiv:2403.10348",
            sweeps=("levels",),
            check=tasks_evidence.low_noise_is_harder,
            spoilers=(
                Spoiler("levels", "steps_to_1_percent", lambda v: reading.flipped(v, "level")),
                Spoiler("levels", "relative_entropy", lambda v: reading.flipped(v, "level")),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="coloured data; relative entropy: data with variances down to ten times the "
            "first noise step",
        ),
        Claim(
            name="easy_to_hard_beats_joint",
            sentence="Adding noise levels from easy to hard beats training on all from the start.",
            source="arXiv:2403.10348 abstract",
            sweeps=("denoising",),
            check=tasks_evidence.easy_to_hard_beats_joint,
            spoilers=(
                Spoiler(
                    "denoising",
                    "loss",
                    lambda v: reading.changed(
                        v, "order", reading.place(v, "order", "easy_first"), factor=0.9
                    ),
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="eta n up to 1.7",
        ),
        Claim(
            name="easy_to_hard_beats_reverse",
            sentence="Adding noise levels from easy to hard beats the reverse order.",
            source="arXiv:2403.10348",
            sweeps=("denoising",),
            check=tasks_evidence.easy_to_hard_beats_reverse,
            spoilers=(
                Spoiler(
                    "denoising",
                    "loss",
                    lambda v: reading.swapped(v, "order", "easy_first", "hard_first"),
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="variances that fall as 1/i; not as 1/i^2",
        ),
        Claim(
            name="angles_set_the_norm",
            sentence="The gradient grows with the concentration of the tokens' angles.",
            source="arXiv:2506.02281",
            sweeps=("norms",),
            check=tasks_evidence.angles_set_the_norm,
            spoilers=(Spoiler("norms", "gradient_square", lambda v: reading.flipped(v, "c")),),
            expected_verdict=Verdict.LIMITED,
            limits="(c + s)(d - 1) p^2 > s q: an error with a part along the tokens' direction",
        ),
        Claim(
            name="concentrated_first_is_faster",
            sentence="Training on concentrated data first is faster.",
            source="arXiv:2506.02281 abstract",
            sweeps=("angles",),
            check=tasks_evidence.concentrated_first_is_faster,
            spoilers=(
                Spoiler(
                    "angles",
                    "loss",
                    lambda v: reading.swapped(v, "order", "high_first", "low_first"),
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="a share of the error along the tokens' direction well above 1/d",
        ),
    ),
    beyond_theory={
        "optimal": "rates beyond half of the limit, where means over runs are those of a few",
        "cyclical": "the same",
    },
)
