"""Typical solutions of the binary perceptron are isolated: figures and claims of arXiv:1408.1784
and 1304.2850.
"""

from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, landscapes, potential, students = parts(
    __name__, "evidence", "landscapes", "potential", "students"
)

REPRODUCTION = Reproduction(
    name="isolated_solutions",
    paper="Huang and Kabashima: Origin of the computational hardness for learning with binary "
    "synapses, arXiv:1408.1784; Huang, Wong and Kabashima: Entropy landscape of solutions in the "
    "binary perceptron problem, arXiv:1304.2850",
    title="Isolated solutions of the binary perceptron",
    figures=(
        Recipe(
            "potential",
            "Franz-Parisi potential around a typical solution, the field that holds a distance, "
            "and the overlaps; dashed: negative potential, drawn while replica symmetry holds.",
            "content of arXiv:1408.1784; curves derived",
            ("potential",),
            potential.potential,
        ),
        Recipe(
            "nearby",
            "The potential at small distance over its square-root law; small instances over 1/N."
            " Bars: standard errors.",
            "derived",
            ("nearby", "storage", "enumerated"),
            potential.nearby,
        ),
        Recipe(
            "landscapes",
            "Solutions around a random configuration, around the teacher, and pairs of solutions."
            " Bars: standard errors.",
            "content of arXiv:1304.2850; curves derived",
            ("landscape", "landscape_curve", "planted", "planted_curve", "potential", "storage"),
            landscapes.landscapes,
        ),
        Recipe(
            "students",
            "Teacher and student: entropy and overlap of both saddle points, and the transitions."
            " Bars: standard errors.",
            "Gyorgyi 1990, Phys. Rev. A 41, 7097",
            ("students", "students_sampled"),
            students.students,
        ),
    ),
    claims=(
        Claim(
            name="isolated",
            sentence="At every load the potential is negative from distance 0 up to some d_min: "
            "typical solutions are isolated, farther the denser the patterns.",
            source="arXiv:1408.1784",
            sweeps=("potential", "storage"),
            check=evidence.isolated,
            spoilers=(Spoiler("potential", "potential", lambda v: v + 0.01),),
        ),
        Claim(
            name="square_root_law",
            sentence="Nearby, the potential lies below the entropy of all weights by a square root "
            "of the distance.",
            source="derived",
            sweeps=("nearby", "storage"),
            check=evidence.square_root_law,
            spoilers=(Spoiler("nearby", "potential", lambda v: 0.99 * v),),
        ),
        Claim(
            name="peak_is_the_entropy",
            sentence="The potential's maximum is the entropy of all solutions, at the distance of "
            "two of them.",
            source="arXiv:1408.1784; derived",
            sweeps=("potential", "peak", "storage"),
            check=evidence.peak_is_the_entropy,
            spoilers=(
                Spoiler("peak", "potential", lambda v: v + 1e-8),
                Spoiler("potential", "potential", lambda v: v + 1e-3),
            ),
        ),
        Claim(
            name="capacity",
            sentence="The entropy of the solutions vanishes at alpha = 0.833.",
            source="Krauth and Mezard 1989",
            sweeps=("storage",),
            check=evidence.capacity,
            spoilers=(Spoiler("storage", "entropy", lambda v: v + 1e-3),),
        ),
        Claim(
            name="transitions",
            sentence="The teacher is the only student without error from alpha = 1.245, and the "
            "only saddle point from 1.493; with many errors allowed from alpha/T = 1.696 and "
            "2.082.",
            source="Gyorgyi 1990, Phys. Rev. A 41, 7097",
            sweeps=("students", "students_warm"),
            check=evidence.transitions,
            spoilers=(
                Spoiler("students", "free_entropy", lambda v: v + 1e-3),
                Spoiler("students_warm", "free_entropy", lambda v: v + 2e-3),
            ),
        ),
        Claim(
            name="annealed_is_late",
            sentence="Averaging the number of students, not its logarithm, puts both later: at "
            "1.448 and 1.730.",
            source="Gyorgyi 1990; Neural Computation 4, 854",
            sweeps=("students",),
            check=evidence.annealed_is_late,
            spoilers=(Spoiler("students", "free_entropy", lambda v: v + 0.1),),
        ),
        Claim(
            name="message_passing_agrees",
            sentence="Message passing on instances of 1000 weights finds the theory's overlaps and "
            "entropies.",
            source="arXiv:1304.2850 (its method); 5 standard errors",
            sweeps=("planted", "landscape", "students_sampled"),
            check=evidence.message_passing,
            spoilers=(
                Spoiler("planted", "potential", lambda v: 1.03 * v),
                Spoiler("landscape", "entropy", lambda v: 1.1 * v),
                Spoiler("students_sampled", "overlap", lambda v: 0.95 * v),
            ),
        ),
        Claim(
            name="small_instances_tend_to_it",
            sentence="With all solutions of small instances as references in turn, the potential's "
            "Legendre transform tends to the theory's in 1/N.",
            source="derived; 5 standard errors",
            sweeps=("enumerated",),
            check=evidence.enumeration,
            spoilers=(Spoiler("enumerated", "legendre", lambda v: 1.1 * v),),
        ),
    ),
    beyond_theory={
        "enumerated": "9 and 15 weights: the theory is met by what is extrapolated to 1/N = 0"
    },
)
