"""Continual learning of linear tasks: order, rehearsal, the gap at a switch, anchors, facts,
spacing and deletion, with exact theory at finite size.
"""

from toysim.models.continual.anchored import ANCHORED
from toysim.models.continual.fresh_tasks import FRESH_TASKS
from toysim.models.continual.refresh import REFRESH
from toysim.models.continual.sparse_masks import SPARSE_MASKS
from toysim.models.continual.stability_gap import STABILITY_GAP

MODELS = (FRESH_TASKS, STABILITY_GAP, ANCHORED, REFRESH, SPARSE_MASKS)
