"""Abrupt in-context learning (arXiv:2312.03002): a ladder of models, from three nested logits to
the network.

The numbers of the paper's figures and the equations of its small models were not at hand: claims
are held against its sentences and against what was derived from reconstructions of the models.
"""

from toysim.figures.abrupt_icl import network, predictors, small
from toysim.paper import Reproduction

REPRODUCTION = Reproduction(
    name="abrupt_icl",
    paper="Reddy: The mechanistic basis of data dependence and abrupt learning in an in-context "
    "classification task. arXiv:2312.03002",
    title="Abrupt in-context learning",
    figures=(*small.FIGURES, *network.FIGURES, *predictors.FIGURES),
    claims=(*small.CLAIMS, *network.CLAIMS),
)
