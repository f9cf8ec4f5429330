"""What data, model size and repetition are worth to a linear model: repeated rows, learning curves,
kernel ridge regression, delayed generalization, and how to spend a budget.
"""

from toysim.models.scaling.allocation import ALLOCATION
from toysim.models.scaling.delayed_generalization import DELAYED_GENERALIZATION
from toysim.models.scaling.kernel_ridge import KERNEL_RIDGE
from toysim.models.scaling.learning_curve import LEARNING_CURVE
from toysim.models.scaling.repeated_fit import REPEATED_FIT
from toysim.models.scaling.repeated_sgd import REPEATED_SGD

MODELS = (
    REPEATED_SGD,
    REPEATED_FIT,
    KERNEL_RIDGE,
    LEARNING_CURVE,
    DELAYED_GENERALIZATION,
    ALLOCATION,
)
