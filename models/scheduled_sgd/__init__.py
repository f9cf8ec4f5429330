"""SGD on least squares under learning-rate schedules: exact losses, the best schedule, and how far
others are from it.
"""

from toysim.models.scheduled_sgd.absolute_value import ABSOLUTE_VALUE
from toysim.models.scheduled_sgd.mixture import MIXTURE
from toysim.models.scheduled_sgd.optimal import OPTIMAL
from toysim.models.scheduled_sgd.regression import REGRESSION
from toysim.models.scheduled_sgd.staged import STAGED

MODELS = (REGRESSION, OPTIMAL, MIXTURE, STAGED, ABSOLUTE_VALUE)
