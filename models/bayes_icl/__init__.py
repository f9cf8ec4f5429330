"""Predictors in context that memorise the tasks seen, or generalise over their distribution."""

from toysim.models.bayes_icl.urns import URNS

MODELS = (URNS,)
