"""Specialisation of soft committees: plateau, escape, largest rate, what noise leaves."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, flows, pictures = parts(__name__, "evidence", "flows", "pictures")

_CLASSIC = "classic results on soft committees, recalled; no arXiv number"
_PLATEAUS = ("plateau_2", "plateau_3", "plateau_4", "plateau_5")
_RATES = ("rates_2", "rates_3", "rates_4")
_RUNS = ("floor_runs_11", "floor_runs_22", "floor_runs_21")
_FLOORS = ("floor_11", "floor_21", "floor_22", "floor_32")

REPRODUCTION = Reproduction(
    name="specialisation",
    paper="Committees that learn committees, arXiv:1906.08632, arXiv:1806.05451",
    title="When do the units of a committee specialise, and what ends learning?",
    figures=(
        Recipe(
            "course",
            "Error (top) and overlaps with the teacher's units (bottom) of one committee over "
            "time: points runs, lines the flow from the same start; dotted the plateau's error; "
            "a colour a student unit, dashed the second teacher unit.",
            _CLASSIC,
            ("course",),
            pictures.course,
        ),
        Recipe(
            "escape",
            "Time at which units have specialised over the number of inputs: means with standard "
            "errors; line the predicted slope through their centre.",
            "derived",
            ("escape",),
            pictures.escape,
        ),
        Recipe(
            "rates",
            "Matched committees of K units, over the learning rate in shares of its largest. Error "
            "of the plateau over its value at small rates; rate at which specialisation grows "
            "there, over its law at small rates; where the error next to the solution falls in 600 "
            "examples per input (filled) or grows (open), with the usual formula's largest rate "
            "(crosses).",
            "derived",
            (*_PLATEAUS, *_RATES),
            pictures.rates,
        ),
        Recipe(
            "hard",
            "Overlaps of a hard committee with its teacher over the samples: of the units' sums "
            "and of their differences, runs with standard errors and state evolution; dotted the "
            "exact transition.",
            "arXiv:1806.05451",
            ("hard", "hard_curve"),
            pictures.hard,
        ),
        Recipe(
            "matrices",
            "Overlaps of a committee's units with the teacher's (t1, t2) and with each other (s1, "
            "s2) over time, on the plateau and beyond it.",
            _CLASSIC,
            ("course",),
            flows.matrices,
            film=flows.leaving,
        ),
        Recipe(
            "field",
            "Flow of the overlaps of two units with the teacher unit of their own and with the "
            "other, at a small learning rate and from starts in the span of the teacher, with the "
            "lines on which one overlap rests; cross: the plateau, circles: solutions.",
            "derived",
            ("field",),
            flows.field,
        ),
    ),
    claims=(
        Claim(
            name="escape_takes_log_n",
            sentence="The escape from the plateau takes (ln N)/(2 lambda).",
            source="derived",
            sweeps=("escape",),
            check=evidence.escape_takes_log_n,
            spoilers=(Spoiler("escape", "escape_time", evidence.by_a_power),),
        ),
        Claim(
            name="plateau_height",
            sentence="The plateau's error is (K/pi) [pi/6 - K asin(1/2K)].",
            source=_CLASSIC,
            sweeps=_PLATEAUS,
            check=evidence.plateau_height,
            spoilers=(Spoiler("plateau_2", "plateau_error", evidence.a_fifth_more),),
            expected_verdict=Verdict.LIMITED,
            limits="learning rates up to 0.03 of the largest",
        ),
        Claim(
            name="usual_largest_rate",
            sentence="Learning fails above sqrt(3) pi/(K + 3/sqrt(5) - 1).",
            source=_CLASSIC,
            sweeps=_RATES,
            check=evidence.usual_largest_rate,
            spoilers=(Spoiler("rates_3", "flow_error", evidence.backwards),),
            expected_verdict=Verdict.LIMITED,
            limits="outside the 0.7 % between the exact largest rate and this bound",
        ),
        Claim(
            name="surplus_units_end_worse",
            sentence="With the first layer trained alone, more hidden units end with more error.",
            source="arXiv:1906.08632 abstract",
            sweeps=_FLOORS,
            check=evidence.surplus_units_end_worse,
            spoilers=(Spoiler("floor_11", "flow_error", evidence.threefold),),
        ),
        Claim(
            name="noise_floor",
            sentence="Noise leaves (sigma^2 eta/2 pi) (K - M + M/sqrt(3)).",
            source="arXiv:1906.08632, form recalled",
            sweeps=(*_FLOORS, *_RUNS),
            check=evidence.noise_floor,
            spoilers=(Spoiler("floor_22", "flow_error", evidence.a_fifth_more),),
            expected_verdict=Verdict.LIMITED,
            limits="small learning rates, here 0.05; one surplus unit at most",
        ),
        Claim(
            name="hard_units_part",
            sentence="Hard committees specialise at 2.04 samples per input.",
            source="arXiv:1806.05451, number recalled",
            sweeps=("hard", "hard_curve"),
            check=evidence.hard_units_part,
            spoilers=(Spoiler("hard", "antisymmetric_overlap", evidence.mirrored),),
        ),
    ),
)
