"""Abrupt in-context learning (arXiv:2312.03002): a ladder of models, from three nested logits to
the network.

The numbers of the paper's figures and the equations of its small models were not at hand: claims
are held against its sentences and against what was derived from reconstructions of the models.
"""

from toysim.figures.abrupt_icl import network, small
from toysim.paper import Recipe, Reproduction
from toysim.references import parts

(predictors,) = parts(__name__, "predictors")

PREDICTORS = Recipe(
    "predictors",
    "The same question without a network: weights of a uniform, a generalising and a "
    "memorising prediction of urns by loss and complexity, and the losses of their average.",
    "arXiv:2506.17859",
    ("icl_strategies.transience",),
    predictors.predictors,
)

REPRODUCTION = Reproduction(
    name="abrupt_icl",
    paper="Reddy: The mechanistic basis of data dependence and abrupt learning in an in-context "
    "classification task. arXiv:2312.03002",
    title="Abrupt in-context learning",
    figures=(*small.FIGURES, *network.FIGURES, PREDICTORS),
    claims=(*small.CLAIMS, *network.CLAIMS),
)
