"""Predictors in context that memorise the tasks seen, or generalise over their distribution."""

from toysim.models.bayes_icl.evidence import EVIDENCE
from toysim.models.bayes_icl.hierarchy import HIERARCHY
from toysim.models.bayes_icl.regression import REGRESSION
from toysim.models.bayes_icl.strategies import STRATEGIES
from toysim.models.bayes_icl.urns import URNS

MODELS = (URNS, STRATEGIES, EVIDENCE, REGRESSION, HIERARCHY)
