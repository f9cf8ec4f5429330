"""Continual learning of binary weights: figures and claims of arXiv:2212.02846."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler, undecided_at_ci
from toysim.references import parts

layered, learning, learning_evidence, phases, phases_evidence, samplers = parts(
    __name__,
    "layered",
    "learning",
    "learning_evidence",
    "phases",
    "phases_evidence",
    "samplers",
)

REPRODUCTION = Reproduction(
    name="binary_continual_learning",
    paper="Li, Huang, Zou, Huang: Statistical mechanics of continual learning, arXiv:2212.02846",
    title="Continual learning of binary weights",
    figures=(
        Recipe(
            "courses",
            "Errors in the course of learning one task, and of both tasks when it is switched; "
            "mean and range of the runs.",
            "arXiv:2212.02846, figures 1a to 1c",
            ("learning", "switch"),
            learning.courses,
        ),
        Recipe(
            "one_task",
            "Where descent on one task ends, how long its error moves, and which error comes with "
            "which self-overlap."
            " Bars: standard deviations of the runs, of times their quartiles.",
            "arXiv:2212.02846, figures 2b to 2d",
            (
                "descent",
                "relaxation",
                "uncertainty_free",
                "uncertainty_ramped",
                "theory_one_task",
                "theory_uncertainty",
            ),
            learning.one_task,
        ),
        Recipe(
            "forgetting",
            "Both errors after the second task over the number of its patterns, for three overlaps "
            "of the teachers. Lines: replica symmetry at beta = 20, reached from overlap 0 (solid) "
            "and from the teacher (dashed); crosses: replica symmetry broken. Bars: standard "
            "deviations of the runs.",
            "arXiv:2212.02846, figures 3a to 3d",
            ("forgetting", "forgetting_fast", "theory_forgetting", "theory_forgetting_fast"),
            learning.forgetting,
        ),
        Recipe(
            "forgetting_appendix",
            "The ends of descent where task 1 was learned with a prior, and where it was only half "
            "learned."
            " Bars: standard deviations of the runs.",
            "arXiv:2212.02846, appendix",
            ("descent_prior", "prior", "imperfect", "theory_prior", "theory_forgetting_prior"),
            learning.appendix,
        ),
        Recipe(
            "phases",
            "Top: one task at beta = 20, its order parameters on both branches (dotted: replica "
            "symmetry broken) and their replicon value. Bottom: the second task, reached from "
            "overlap 0 (solid) and from the teacher (dashed); dotted lines: free entropies cross.",
            "arXiv:2212.02846, figure 2a; stability and the branches of task 2 are ours",
            ("theory_one_task", "second_branches", "second_branches_fast"),
            phases.phases,
        ),
        Recipe(
            "samplers",
            "Samplers (points, standard errors) beside the replica-symmetric theory (lines; points "
            "are open where it is unstable).",
            "arXiv:2212.02846 (theory); Metropolis and message passing are this project's",
            (
                "samplers",
                "samplers_cold",
                "samplers_two_tasks",
                "samplers_binary",
                "samplers_binary_tasks",
            ),
            samplers.samplers,
        ),
        Recipe(
            "layered",
            "Four permuted tasks, a network of two hidden layers. Every method over its own "
            "strength, the same tasks. Bars: standard errors.",
            "arXiv:2212.02846, permuted tasks; here made by a teacher",
            ("layered",),
            layered.comparison,
        ),
    ),
    claims=(
        Claim(
            name="error_falls",
            sentence="The error on one task falls to a plateau that is the lower the more patterns "
            "there are, and to zero at alpha = 2.",
            source="arXiv:2212.02846, figure 1a",
            sweeps=("learning",),
            check=learning_evidence.error_falls,
            spoilers=(Spoiler("learning", "error_1_course", lambda v: v[::-1]),),
        ),
        Claim(
            name="switch_forgets_and_learns",
            sentence="After the switch the first task is forgotten and the second learned, the "
            "more the more patterns the second has.",
            source="arXiv:2212.02846, figures 1b and 1c",
            sweeps=("switch",),
            check=learning_evidence.switch_ordered,
            spoilers=(
                Spoiler("switch", "error_1", lambda v: v[::-1]),
                Spoiler("switch", "error_2", lambda v: v[::-1]),
            ),
        ),
        Claim(
            name="more_data_more_forgetting",
            sentence="With the second task's patterns its error falls and that of the first rises, "
            "at every overlap of the teachers, whether the first was learned well, with a prior or "
            "by half.",
            source="arXiv:2212.02846, figure 3 and appendix",
            sweeps=("forgetting", "forgetting_fast", "prior", "imperfect"),
            check=learning_evidence.more_data_more_forgetting,
            spoilers=(
                Spoiler("forgetting", "error_1", lambda v: -v),
                Spoiler("imperfect", "error_2", lambda v: -v),
            ),
        ),
        Claim(
            name="weak_divergence_is_faster",
            sentence="A tenth of the divergence learns the second task and forgets the first with "
            "far fewer patterns.",
            source="arXiv:2212.02846, figure 3",
            sweeps=("forgetting", "forgetting_fast"),
            check=learning_evidence.weak_divergence_is_faster,
            spoilers=(
                Spoiler("forgetting_fast", "error_1", lambda v: 0.5 * v),
                Spoiler("forgetting_fast", "error_2", lambda v: 0.5 * v),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="but for few patterns of a teacher that overlaps with the first (alpha_2 = 0.1, "
            "r0 = 0.5): there the second task is known better from the first, and theory too has "
            "the weak divergence behind",
        ),
        Claim(
            name="descent_lies_on_the_theory",
            sentence="Descent on one task ends at the error of the replica-symmetric theory at "
            "beta = 20.",
            source="arXiv:2212.02846, figure 2b",
            sweeps=("descent", "theory_one_task"),
            check=learning_evidence.lies_on_the_theory,
            spoilers=(Spoiler("descent", "error_1", learning.on_the_theory),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="theory_foretells_forgetting",
            sentence="The replica-symmetric theory foretells both errors after two tasks to a "
            "tenth of their range.",
            source="arXiv:2212.02846, figure 3 and appendix, where points lie near the lines",
            sweeps=(
                "forgetting",
                "forgetting_fast",
                "prior",
                "theory_forgetting",
                "theory_forgetting_fast",
                "theory_forgetting_prior",
            ),
            check=learning_evidence.foretold_by_the_theory,
            spoilers=(
                Spoiler("forgetting", "error_1", lambda v: 1.2 * v, preset="quick"),
                Spoiler("forgetting_fast", "error_2", lambda v: 0.8 * v, preset="quick"),
                Spoiler("prior", "error_2", lambda v: 0.8 * v, preset="quick"),
            ),
            at=undecided_at_ci("five runs of 201 weights at two loads span no range"),
        ),
        Claim(
            name="descent_with_a_prior_lies_on_the_theory",
            sentence="Learned with a divergence from the uniform prior, one task ends at the "
            "theory's error (beta = 100).",
            source="arXiv:2212.02846, appendix",
            sweeps=("descent_prior", "theory_prior"),
            check=learning_evidence.prior_lies_on_the_theory,
            spoilers=(Spoiler("descent_prior", "error_1", lambda v: 0.9 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="up to the end of the low branch, which descent follows; right beyond it, it "
            "has not yet all learned",
        ),
        Claim(
            name="relaxation_peaks",
            sentence="Descent takes longest where the theory has two branches.",
            source="arXiv:2212.02846, figure 2c",
            sweeps=("relaxation", "theory_one_task"),
            check=learning_evidence.relaxation_peaks,
            spoilers=(Spoiler("relaxation", "relaxation_time", lambda v: -v, preset="quick"),),
            at=undecided_at_ci("three runs at three loads show no peak"),
        ),
        Claim(
            name="learning_jumps",
            sentence="At beta = 20 the overlap with the teacher jumps: two branches coexist from "
            "alpha = 1.499 to 1.906, and their free entropies cross at 1.650.",
            source="arXiv:2212.02846, figure 2a; numbers derived",
            sweeps=("theory_one_task",),
            check=phases_evidence.flat_jumps,
            spoilers=(
                Spoiler("theory_one_task", "branch_present", lambda v: v | (v.alpha < 9)),
                Spoiler("theory_one_task", "branch_free_entropy", lambda v: v + 0.1 * v.saddle),
            ),
        ),
        Claim(
            name="replica_symmetry_holds",
            sentence="The replica-symmetric curves of one task at beta = 20 are stable.",
            source="arXiv:2212.02846, figures 2a and 2b, which draw them without a check",
            sweeps=("theory_one_task",),
            check=phases_evidence.replica_symmetry_holds,
            spoilers=(Spoiler("theory_one_task", "stability", lambda v: 1.2 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="the high branch, and the low one below alpha = 0.729",
        ),
        Claim(
            name="learning_with_a_prior_jumps",
            sentence="With the prior, at beta = 100, the overlap jumps as well: two branches "
            "coexist from alpha = 1.500 to 2.216, and their free entropies cross at 2.004.",
            source="derived; behind arXiv:2212.02846, figure A1a",
            sweeps=("theory_prior",),
            check=phases_evidence.prior_jumps,
            spoilers=(
                Spoiler(
                    "theory_prior",
                    "branch_present",
                    lambda v: v & (v.saddle == 0) | (v.alpha == v.alpha[7]),
                ),
                Spoiler("theory_prior", "branch_free_entropy", lambda v: v + 0.1 * v.saddle),
            ),
        ),
        Claim(
            name="prior_keeps_replica_symmetry",
            sentence="Learned with the prior, even at beta = 100, both branches of one task are "
            "replica-symmetric.",
            source="derived; behind arXiv:2212.02846, figure A1a",
            sweeps=("theory_prior",),
            check=phases_evidence.prior_is_stable,
            spoilers=(Spoiler("theory_prior", "stability", lambda v: 6 * v),),
        ),
        Claim(
            name="replica_symmetry_holds_in_the_second_task",
            sentence="The replica-symmetric curves of learning and forgetting are stable.",
            source="arXiv:2212.02846, figures 3 and A1, which draw them without a check",
            sweeps=("theory_forgetting", "theory_forgetting_fast", "theory_forgetting_prior"),
            check=phases_evidence.second_task_is_stable,
            spoilers=(
                Spoiler("theory_forgetting", "stability", lambda v: 10 * v),
                Spoiler("theory_forgetting_fast", "stability", lambda v: 0.1 * v),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="a divergence of weight 1; at 0.1 the low branch below alpha_2 = 0.70 to 0.76, "
            "and the high branch",
        ),
        Claim(
            name="error_falls_steeply",
            sentence="Beyond the jump the error falls like a power of alpha, about -13.",
            source="arXiv:2212.02846, figure 2b (-13.1)",
            sweeps=("theory_one_task",),
            check=phases_evidence.error_falls_steeply,
            spoilers=(Spoiler("theory_one_task", "error", lambda v: v**0.8),),
        ),
        Claim(
            name="second_task_jumps",
            sentence="The second task has a first-order transition of its own, the later the less "
            "the teachers agree.",
            source="derived; behind arXiv:2212.02846, figure 3",
            sweeps=("second_branches", "second_branches_fast"),
            check=phases_evidence.second_task_jumps,
            spoilers=(
                Spoiler("second_branches", "branch_present", lambda v: v & (v.saddle == 0)),
                Spoiler("second_branches_fast", "branch_present", lambda v: v[::-1]),
            ),
        ),
        Claim(
            name="samplers_on_the_theory",
            sentence="Where it is stable, the replica-symmetric theory is what samplers of the "
            "Gibbs measures find, for one task and for two, in field space and on binary weights.",
            source="derived; arXiv:2212.02846 for the theory in field space",
            sweeps=("samplers", "samplers_two_tasks", "samplers_binary", "samplers_binary_tasks"),
            check=samplers.on_the_theory,
            spoilers=(
                Spoiler("samplers", "self_overlap", lambda v: 1.05 * v),
                Spoiler("samplers_two_tasks", "self_overlap", lambda v: 1.05 * v),
            ),
        ),
        Claim(
            name="replica_symmetry_at_low_temperature",
            sentence="At beta = 20 the replica-symmetric theory of the low-overlap branch is what "
            "a sampler finds.",
            source="arXiv:2212.02846, where the stability is not examined",
            sweeps=("samplers_cold",),
            check=samplers.fails_when_unstable,
            spoilers=(Spoiler("samplers_cold", "self_overlap", lambda v: 1.1 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="loads below 0.73, where replica symmetry is stable",
        ),
        Claim(
            name="variational_beats_metaplastic",
            sentence="On permuted tasks the variational learner keeps more than binarised weights "
            "with metaplasticity.",
            source="arXiv:2212.02846 abstract",
            sweeps=("layered",),
            check=layered.variational_wins,
            spoilers=(Spoiler("layered", "mean_accuracy", lambda v: 1 - v, preset="quick"),),
            at=undecided_at_ci("two runs of a small network on few examples"),
        ),
    ),
)
