"""Teacher and student in high dimension: Gaussian inputs, continuous weights, a few overlaps.

Batch students see alpha = n/d samples a dimension, online students a stream of fresh ones.
"""

from toysim.models.teacher_student.classifier import CLASSIFIER
from toysim.models.teacher_student.hard_committee import HARD_COMMITTEE
from toysim.models.teacher_student.lasso import LASSO
from toysim.models.teacher_student.message_passing import MESSAGE_PASSING
from toysim.models.teacher_student.online_rules import ONLINE_RULES
from toysim.models.teacher_student.ridge import RIDGE
from toysim.models.teacher_student.separability import SEPARABILITY
from toysim.models.teacher_student.soft_committee import SOFT_COMMITTEE

MODELS = (
    RIDGE,
    LASSO,
    CLASSIFIER,
    SEPARABILITY,
    MESSAGE_PASSING,
    ONLINE_RULES,
    SOFT_COMMITTEE,
    HARD_COMMITTEE,
)
