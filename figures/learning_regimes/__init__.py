"""Rich and lazy learning, learning time against depth, and large steps: what sets how a deep linear
mode is learned.
"""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

balance, evidence, regimes, times = parts(__name__, "balance", "evidence", "regimes", "times")

REPRODUCTION = Reproduction(
    name="learning_regimes",
    paper="Domine et al.: From Lazy to Rich, arXiv:2409.14623; Saxe, McClelland, Ganguli, "
    "arXiv:1312.6120; Kim, Lee, arXiv:2606.05219",
    title="Learning regimes of deep linear networks: rich and lazy, deep and shallow, small and "
    "large steps",
    figures=(
        Recipe(
            "rich_lazy",
            "Two layers with w2^2 - w1^2 = lambda from one strength, K0 = 0.01 S. Left: courses "
            "(points, every 20th record) and the exact solution. Middle: time to half strength "
            "with its limits. Right: change of the neural tangent kernel of the mode while it is "
            "learned.",
            "arXiv:2409.14623, unequal layers at depth 2",
            ("rich_lazy",),
            regimes.rich_lazy,
        ),
        Recipe(
            "rich_lazy_network",
            "Two layers as matrices, W2' W2 - W1 W1' = lambda I, oriented at random against a "
            "task of four modes. Courses of the modes with the exact matrix solution, and every "
            "mode's time to half strength.",
            "arXiv:2409.14623",
            ("rich_lazy_network",),
            regimes.rich_lazy_network,
        ),
        Recipe(
            "rich_lazy_depth",
            "Time to half strength when all layers but the first start larger by c: points are "
            "the integrated flow, lines its solution; dotted the equal layers' time (left end), "
            "dashed the lazy law ln 2 / c^(D-1).",
            "the large initialization of arXiv:2308.12221, as a path from rich to lazy",
            ("rich_lazy_depth",),
            times.rich_lazy_depth,
        ),
        Recipe(
            "depth_time",
            "Time to half strength against depth from equal layers (left) and from equal strength "
            "(right). Points: integrated flow; lines: closed form; dashed: plateau length alone; "
            "dotted: infinite depth, over D.",
            "arXiv:1312.6120, extended to any depth",
            ("depth_time",),
            times.depth_time,
        ),
        Recipe(
            "rebalancing",
            "Two pathways that start 3 : 2, gradient descent with ever larger steps. Left: share "
            "of the weaker pathway at the end; right: step times sharpness there. The step is in "
            "units of 2/sharpness at the end state of gradient flow; dotted: the evenly shared "
            "solution loses stability.",
            "arXiv:2606.05219",
            ("rebalancing",),
            balance.rebalancing,
        ),
    ),
    claims=(
        Claim(
            name="rich_or_lazy",
            sentence="The imbalance of two layers sets the regime: far above S the mode is "
            "learned exponentially, at rate lambda and with a kernel at rest; far below the "
            "start's strength along the balanced sigmoid.",
            source="arXiv:2409.14623",
            sweeps=("rich_lazy",),
            check=evidence.rich_or_lazy,
            spoilers=(Spoiler("rich_lazy", "half_learning_time", lambda v: 1.05 * v),),
        ),
        Claim(
            name="one_by_one_or_at_once",
            sentence="A network of two balanced layers learns its modes one after the other, the "
            "strongest first; far on the lazy side it learns all of them at one rate.",
            source="arXiv:2409.14623, arXiv:1312.6120",
            sweeps=("rich_lazy_network",),
            check=evidence.one_by_one_or_at_once,
            spoilers=(
                Spoiler("rich_lazy_network", "half_learning_time", lambda v: v.values[..., ::-1]),
            ),
        ),
        Claim(
            name="deeper_is_slower",
            sentence="The deeper the network, the longer a mode takes to learn.",
            source="arXiv:1312.6120",
            sweeps=("depth_time",),
            check=evidence.deeper_is_slower,
            spoilers=(Spoiler("depth_time", "half_learning_time", lambda v: v.values[::-1]),),
            expected_verdict=Verdict.LIMITED,
            limits="layers of equal size at the start, where the time grows exponentially with "
            "depth; from equal strength it grows only up to a depth that the closed form gives, "
            "and falls like 1/D beyond",
        ),
        Claim(
            name="large_steps_rebalance",
            sentence="Gradient descent with large steps ends at a more even solution than "
            "gradient flow, at the edge of stability: step times sharpness between 1.9 and 2.",
            source="arXiv:2606.05219",
            sweeps=("rebalancing",),
            check=evidence.large_steps_rebalance,
            spoilers=(Spoiler("rebalancing", "final_share", lambda v: 0 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="depth above 2, and steps between 2/sharpness at the flow's end state (the "
            "single-path threshold 2/(D S^(2-2/D)) to leading order) and the even solution's "
            "threshold, Q^(1-2/D) times larger",
        ),
    ),
    beyond_theory={
        "rebalancing": "steps above the threshold of stability leave gradient flow; that is the "
        "question"
    },
)
