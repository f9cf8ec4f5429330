"""Continual learning of linear tasks: order, rehearsal, the gap at a switch, anchors, facts,
spacing and deletion, with exact theory at finite size.
"""

from toysim.models.continual.anchored import ANCHORED
from toysim.models.continual.deletion import DELETION
from toysim.models.continual.fact_injection import FACT_INJECTION
from toysim.models.continual.fast_slow_memory import FAST_SLOW_MEMORY
from toysim.models.continual.fresh_tasks import FRESH_TASKS
from toysim.models.continual.interventions import INTERVENTIONS
from toysim.models.continual.refresh import REFRESH
from toysim.models.continual.sample_order import SAMPLE_ORDER
from toysim.models.continual.sparse_masks import SPARSE_MASKS
from toysim.models.continual.stability_gap import STABILITY_GAP
from toysim.models.continual.task_pool import TASK_POOL

MODELS = (
    FRESH_TASKS,
    TASK_POOL,
    STABILITY_GAP,
    ANCHORED,
    REFRESH,
    SPARSE_MASKS,
    FACT_INJECTION,
    FAST_SLOW_MEMORY,
    SAMPLE_ORDER,
    INTERVENTIONS,
    DELETION,
)
