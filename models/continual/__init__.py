"""Continual learning of linear tasks: order, rehearsal, the gap at a switch, anchors, facts,
spacing and deletion, with exact theory at finite size.
"""

from toysim.models.continual.fresh_tasks import FRESH_TASKS

MODELS = (FRESH_TASKS,)
