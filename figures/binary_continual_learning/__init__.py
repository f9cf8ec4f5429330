"""Continual learning of binary weights: figures and claims of arXiv:2212.02846."""

from toysim.figures.binary_continual_learning import layered, learning, phases, samplers
from toysim.paper import Reproduction

REPRODUCTION = Reproduction(
    name="binary_continual_learning",
    paper="Li, Huang, Zou, Huang: Statistical mechanics of continual learning, arXiv:2212.02846",
    title="Continual learning of binary weights",
    figures=(*learning.FIGURES, *phases.FIGURES, *samplers.FIGURES, *layered.FIGURES),
    claims=(*learning.CLAIMS, *phases.CLAIMS, *samplers.CLAIMS, *layered.CLAIMS),
)
