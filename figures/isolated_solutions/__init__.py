"""Typical solutions of the binary perceptron are isolated: figures and claims of arXiv:1408.1784
and 1304.2850.
"""

from toysim.figures.isolated_solutions import evidence, landscapes, potential, students
from toysim.papers.claims import Claim
from toysim.papers.drawing import Recipe
from toysim.papers.reproduction import Reproduction

PREFIX = "isolated_solutions."
POTENTIAL, NEARBY, PEAK = f"{PREFIX}potential", f"{PREFIX}nearby", f"{PREFIX}peak"
STORAGE, LANDSCAPE, LANDSCAPE_CURVE = (
    f"{PREFIX}storage",
    f"{PREFIX}landscape",
    f"{PREFIX}landscape_curve",
)
PLANTED, PLANTED_CURVE, ENUMERATED = (
    f"{PREFIX}planted",
    f"{PREFIX}planted_curve",
    f"{PREFIX}enumerated",
)
STUDENTS, WARM, SAMPLED = f"{PREFIX}students", f"{PREFIX}students_warm", f"{PREFIX}students_sampled"

REPRODUCTION = Reproduction(
    name="isolated_solutions",
    paper="Huang and Kabashima: Origin of the computational hardness for learning with binary "
    "synapses, "
    "arXiv:1408.1784; Huang, Wong and Kabashima: Entropy landscape of solutions in the binary "
    "perceptron problem, "
    "arXiv:1304.2850",
    title="Isolated solutions of the binary perceptron",
    figures=(
        Recipe(
            "potential",
            "Franz-Parisi potential around a typical solution, the field that holds a distance, "
            "and the overlaps; "
            "dashed: negative potential, drawn while replica symmetry holds.",
            "content of arXiv:1408.1784; curves derived",
            (POTENTIAL,),
            potential.potential,
        ),
        Recipe(
            "nearby",
            "The potential at small distance over its square-root law; small instances over 1/N.",
            "derived",
            (NEARBY, ENUMERATED),
            potential.nearby,
        ),
        Recipe(
            "landscapes",
            "Solutions around a random configuration, around the teacher, and pairs of solutions.",
            "content of arXiv:1304.2850; curves derived",
            (LANDSCAPE, LANDSCAPE_CURVE, PLANTED, PLANTED_CURVE, POTENTIAL, STORAGE),
            landscapes.landscapes,
        ),
        Recipe(
            "students",
            "Teacher and student: entropy and overlap of both saddle points, and the transitions.",
            "Gyorgyi 1990, Phys. Rev. A 41, 7097",
            (STUDENTS, SAMPLED),
            students.students,
        ),
    ),
    claims=(
        Claim(
            name="isolated",
            sentence="At every load the potential is negative from distance 0 up to some d_min: "
            "typical solutions are "
            "isolated, farther the denser the patterns.",
            source="arXiv:1408.1784",
            sweeps=(POTENTIAL,),
            check=lambda data: evidence.isolated(data[POTENTIAL]),
        ),
        Claim(
            name="square_root_law",
            sentence="Nearby, the potential lies below the entropy of all weights by a square "
            "root of the distance.",
            source="derived",
            sweeps=(NEARBY,),
            check=lambda data: evidence.square_root_law(data[NEARBY]),
        ),
        Claim(
            name="peak_is_the_entropy",
            sentence="The potential's maximum is the entropy of all solutions, at the distance of "
            "two of them.",
            source="arXiv:1408.1784; derived",
            sweeps=(POTENTIAL, PEAK, STORAGE),
            check=lambda data: evidence.peak_is_the_entropy(
                data[POTENTIAL], data[PEAK], data[STORAGE]
            ),
        ),
        Claim(
            name="capacity",
            sentence="The entropy of the solutions vanishes at alpha = 0.833.",
            source="Krauth and Mezard 1989",
            sweeps=(STORAGE,),
            check=lambda data: evidence.capacity(data[STORAGE]),
        ),
        Claim(
            name="transitions",
            sentence="The teacher is the only student without error from alpha = 1.245, and the "
            "only saddle point from "
            "1.493; with many errors allowed from alpha/T = 1.696 and 2.082.",
            source="Gyorgyi 1990, Phys. Rev. A 41, 7097",
            sweeps=(STUDENTS, WARM),
            check=lambda data: evidence.transitions(data[STUDENTS], data[WARM]),
        ),
        Claim(
            name="annealed_is_late",
            sentence="Averaging the number of students, not its logarithm, puts both later: at "
            "1.448 and 1.730.",
            source="Gyorgyi 1990; Neural Computation 4, 854",
            sweeps=(STUDENTS,),
            check=lambda data: evidence.annealed_is_late(data[STUDENTS]),
        ),
        Claim(
            name="message_passing_agrees",
            sentence="Message passing on instances of 1000 weights finds the theory's overlaps "
            "and entropies.",
            source="arXiv:1304.2850 (its method); 5 standard errors",
            sweeps=(PLANTED, LANDSCAPE, SAMPLED),
            check=lambda data: evidence.message_passing(
                data[PLANTED], data[LANDSCAPE], data[SAMPLED]
            ),
        ),
        Claim(
            name="small_instances_tend_to_it",
            sentence="With all solutions of small instances as references in turn, the "
            "potential's Legendre transform "
            "tends to the theory's in 1/N.",
            source="derived; 5 standard errors",
            sweeps=(ENUMERATED,),
            check=lambda data: evidence.enumeration(data[ENUMERATED]),
        ),
    ),
    beyond_theory={
        ENUMERATED: "9 and 15 weights: the theory is met by what is extrapolated to 1/N = 0"
    },
)
