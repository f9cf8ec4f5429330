"""Abrupt in-context learning: a ladder of models of the induction head, each explaining the next
(arXiv:2312.03002).
"""

from toysim.models.induction_head.head import HEAD
from toysim.models.induction_head.logits import LOGITS
from toysim.models.induction_head.network import NETWORK

MODELS = (LOGITS, HEAD, NETWORK)
