"""SGD on least squares under learning-rate schedules: exact losses, the best schedule, and how far
others are from it.
"""

from toysim.models.scheduled_sgd.regression import REGRESSION

MODELS = (REGRESSION,)
