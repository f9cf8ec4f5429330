"""Codes of one active unit in each of several modules, stored in superposition: single items and,
as a by-product of their overlaps, their classes.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.memory.superposed.parameters import SuperposedParameters

_EQUATIONS = """\
Q modules of K units; an item copies its class prototype's unit in a module with probability a, else
takes one at random: p_same = a + (1-a)/K, p_other = (1-a)/K;  p_e = 1 - (1-p)^R
a unit of inclusion pi gets all c cue inputs, g of them the prototype's, with probability
sum_ij (-1)^(i+j) C(g,i) C(c-g,j) [1 - pi (1 - (1-p_e p_same)^i (1-p_e p_other)^j)]^n'
    E_B{[1 - pi_B (1 - (1-p_e p_same)^m (1-p_e p_other)^(i+j-m))]^n}^(C-1)
    (own unit: (1-p_e)^(i+j))
n' = n - 1 of a stored cue, n of a novel one;  g ~ Binomial(c, p_same), m ~ Binomial(i+j, 1/K),
pi_B = p_same with probability 1/K, else p_other"""

_G = ("matches",)

SUPERPOSED = Model(
    id="memory.superposed",
    title="superposed memory of items and classes in modules of units",
    parameters_class=SuperposedParameters,
    dims=(Dim("matches", "cue units of the prototype, 0 to c", lambda p: p.cue_modules + 1),),
    observables=(
        Observable(
            "prototype_matches",
            "1 at the cue's number of prototype units, else 0",
            dims=_G,
            span=1.0,
        ),
        Observable(
            "false_prototype",
            "share of uncued modules where the prototype's unit is active, not the item's own; "
            "0 at other matches",
            dims=_G,
            span=1.0,
        ),
        Observable(
            "false_other",
            "active units an uncued module that are neither; 0 at other matches",
            dims=_G,
            span=1e4,
        ),
        Observable(
            "own",
            "share of uncued modules where the item's own unit is active; 0 at other matches",
            dims=_G,
            span=1.0,
        ),
        Observable(
            "instance_accuracy",
            "share of uncued modules where the own unit is drawn from the active ones",
            span=1.0,
        ),
        Observable(
            "class_accuracy",
            "1 where the own class's prototype matches the cue most, ties shared",
            span=1.0,
        ),
        Observable("code_overlap", "share of modules where two members of a class agree", span=1.0),
    ),
    diagnostics=(
        Observable(
            "false_prototype_given",
            "probability that the prototype's unit is active where the item has another",
            dims=_G,
        ),
        Observable(
            "false_other_given",
            "probability that one other unit is active, given the matches",
            dims=_G,
        ),
        Observable(
            "own_given",
            "probability that the own unit is active, given the matches; stored cues",
            dims=_G,
        ),
        Observable("instance_bound", "the mean instance accuracy is at least this"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_omits=("instance_accuracy",),
    equations=_EQUATIONS,
    sources=("arXiv:1710.07829", "arXiv:2209.07863", "derived"),
    seconds=lambda p: 3e-5 + 1e-8 * p.n_classes * (p.class_size + 1) * p.n_modules,
    theory_seconds=lambda p: 1e-3 + 3e-6 * (p.cue_modules + 1) ** 3,
    checks=(
        Check(
            {"n_modules": 12, "module_size": 4, "n_classes": 4, "class_size": 5, "cue_modules": 2},
            {
                "cue": {"values": ["stored", "novel"], "zip": "how"},
                "plasticity": {"values": [1.0, 0.6], "zip": "how"},
            },
            replicas=40_000,
            shifted=lambda values: {**values, "n_classes": values["n_classes"] + 1},
        ),
    ),
    landmarks=(
        Landmark(
            "member_overlap",
            "share of modules in which two members of a class agree, a^2 + (1-a^2)/K",
            f"{__name__}.law:member_overlap",
            ("similarity", "module_size"),
        ),
    ),
)
