"""Measures of continual learning from several tasks' scores over a run, as the field has them.

Evaluation 0 is before training; between evaluations k and k + 1 one task is trained. Errors become
scores by ``share_of_start`` or ``sign_accuracy``.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def share_of_start(error: npt.ArrayLike) -> Array:
    """Scores 1 - e/e(0) of errors (..., evaluations, tasks)."""
    e = np.asarray(error, float)
    return np.asarray(1.0 - e / e[..., :1, :])


def sign_accuracy(cosine: npt.ArrayLike) -> Array:
    """Accuracy 1 - arccos(cos(w, v))/pi on sign labels of isotropic inputs."""
    return np.asarray(1.0 - np.arccos(np.clip(cosine, -1.0, 1.0)) / np.pi)


class Blocks:
    """When the tasks were trained, from the task trained between evaluations (evaluations - 1,):
    the evaluation before (``first``) and after (``end``) each one's first contiguous block.
    """

    def __init__(self, trained_on: npt.ArrayLike) -> None:
        self.task = np.asarray(trained_on, np.int64)
        self.seen = list(dict.fromkeys(self.task.tolist()))
        self.first = {j: int(np.argmax(self.task == j)) for j in self.seen}
        self.end = {j: self._end(j) for j in self.seen}
        self.old = self.seen[:-1]

    def _end(self, j: int) -> int:
        others = np.flatnonzero(self.task[self.first[j] :] != j)
        return self.first[j] + int(others[0]) if others.size else len(self.task)

    def trained(self, j: int) -> Ints:
        """Evaluations just after a training of the task."""
        return np.asarray(np.flatnonzero(self.task == j) + 1)

    def untrained(self, j: int) -> Ints:
        """Evaluations after the first block that do not end a training of the task itself."""
        after = np.arange(self.end[j] + 1, len(self.task) + 1)
        return np.asarray(after[self.task[after - 1] != j])


def task_metrics(
    scores: npt.ArrayLike,
    trained_on: npt.ArrayLike,
    *,
    expert: npt.ArrayLike | None = None,
    window: int = 10,
) -> dict[str, Array]:
    """Measures (...) of scores (..., evaluations, tasks), higher is better, by name.

    ``trained_on`` (evaluations - 1,): task trained between evaluations k and k + 1; repeated where
    one is trained over several. first_i, end_i: evaluations before and after task i's first
    contiguous block; "old": all tasks but the one first seen last; l: the last evaluation.
    Tasks that are never trained count in ``average_score`` and the windows alone.

    * ``average_score``: mean_i S[l,i]. ``backward_transfer``: mean over old of S[l,i] - S[end_i,i].
      ``forward_transfer``: mean over all but the first of S[first_i,i] - S[0,i]. ``forgetting``:
      mean over old of max_{k<l} S[k,i] - S[l,i], also over the score before training.
    * ``min_score``: mean over old of min_i, the least S[k,i] over k > end_i whose trained task is
      not i; ``worst_case_score``: (S[l,current] + sum of min_i over old tasks but the current) /
      (tasks seen); ``windowed_forgetting``, ``windowed_plasticity``: mean over tasks of the largest
      fall (rise) between evaluations a <= b < a + ``window``; arXiv:2205.13452.
    * ``maintenance``: mean over old of the mean over k > end_i of S[k,i] - S[end_i,i];
      ``transfer_contrast`` (b-a)/(a+b) and ``transfer_ratio`` b/a, with a, b a task's score just
      before and after the training of another while it was itself never trained, means over such
      pairs; arXiv:2301.07799. With ``expert`` (..., evaluations', tasks), the scores of learners of
      each task alone over as many trainings, evaluation 0 before: ``relative_performance``, mean
      over tasks of the sum of a task's scores after its own trainings, those of all its blocks in
      a row, over the expert's; ``sample_efficiency``, (saturation/expert's) x (expert's time to
      it/time to it), saturation the largest running mean of ``window`` over these, time in
      trainings up to the window's end. Where tasks are trained in several blocks the authors' code
      counts ``maintenance`` from the block before the evaluation, here it is from the first.

    A mean over nothing is NaN, and so is a contrast at a + b = 0 or a ratio at a = 0, which
    ``undefined_transfers`` counts; they are left out of the means. Raises ValueError at shapes
    that do not fit.
    """
    s, blocks = _checked(scores, trained_on, window)
    found = _transfers(s, blocks) | _minima(s, blocks) | _windows(s, window)
    found |= _maintenance(s, blocks) | _contrasts(s, blocks)
    if expert is not None:
        found |= _beside_expert(s, blocks, np.asarray(expert, float), window)
    return found


def _checked(scores: npt.ArrayLike, trained_on: npt.ArrayLike, window: int) -> tuple[Array, Blocks]:
    s, task = np.asarray(scores, float), np.asarray(trained_on)
    if s.ndim < 2 or task.shape != (s.shape[-2] - 1,) or not task.size:
        raise ValueError(
            f"scores {s.shape}, trained_on {task.shape}: give scores (..., evaluations, tasks) and "
            "one task between every two evaluations"
        )
    if task.min() < 0 or task.max() >= s.shape[-1]:
        raise ValueError(f"trained_on: give tasks in 0..{s.shape[-1] - 1}")
    if window < 1:
        raise ValueError(f"window = {window}: give 1 evaluation or more")
    return s, Blocks(task)


def _mean(parts: list[Array], like: Array) -> Array:
    """Mean over a list of (...), NaN left out; NaN of none."""
    if not parts:
        return np.full(like.shape[:-2], np.nan)
    stack = np.stack(parts)
    known = np.isfinite(stack)
    total, count = np.where(known, stack, 0.0).sum(axis=0), known.sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _transfers(s: Array, blocks: Blocks) -> dict[str, Array]:
    last, old = s[..., -1, :], blocks.old
    back = [last[..., j] - s[..., blocks.end[j], j] for j in old]
    forward = [s[..., blocks.first[j], j] - s[..., 0, j] for j in blocks.seen[1:]]
    fallen = [s[..., :-1, j].max(axis=-1) - last[..., j] for j in old]
    return {
        "average_score": last.mean(axis=-1),
        "backward_transfer": _mean(back, s),
        "forward_transfer": _mean(forward, s),
        "forgetting": _mean(fallen, s),
    }


def _minima(s: Array, blocks: Blocks) -> dict[str, Array]:
    current = int(blocks.task[-1])
    least = {j: _least(s[..., blocks.untrained(j), j]) for j in blocks.seen}
    others = [least[j] for j in blocks.seen if j != current]
    worst = s[..., -1, current] + sum(others, np.zeros(s.shape[:-2]))
    return {
        "min_score": _mean([least[j] for j in blocks.old], s),
        "worst_case_score": worst / len(blocks.seen),
    }


def _least(s: Array) -> Array:
    """Least along the last axis; NaN of none."""
    return np.asarray(s.min(axis=-1) if s.shape[-1] else np.full(s.shape[:-1], np.nan))


def _windows(s: Array, window: int) -> dict[str, Array]:
    fall, rise = np.zeros((2, *s.shape[:-2], s.shape[-1]))
    for lag in range(1, min(window, s.shape[-2])):
        change = s[..., lag:, :] - s[..., :-lag, :]
        rise = np.maximum(rise, change.max(axis=-2))
        fall = np.maximum(fall, -change.min(axis=-2))
    return {
        "windowed_forgetting": np.asarray(fall.mean(axis=-1)),
        "windowed_plasticity": np.asarray(rise.mean(axis=-1)),
    }


def _maintenance(s: Array, blocks: Blocks) -> dict[str, Array]:
    kept = []
    for j in blocks.old:
        after = s[..., blocks.end[j] + 1 :, j] - s[..., blocks.end[j], j, None]
        if after.shape[-1]:
            kept.append(after.mean(axis=-1))
    return {"maintenance": _mean(kept, s)}


def _contrasts(s: Array, blocks: Blocks) -> dict[str, Array]:
    """Of every block of a task i and every task j not trained by its end."""
    contrasts, ratios = [], []
    for begin, end in _all_blocks(blocks.task):
        trained = set(blocks.task[:end].tolist())
        for j in set(range(s.shape[-1])) - trained:
            a, b = s[..., begin, j], s[..., end, j]
            contrasts.append(_over(b - a, a + b))
            ratios.append(_over(b, a))
    undefined = [np.isnan(part) for part in (*contrasts, *ratios)]
    return {
        "transfer_contrast": _mean(contrasts, s),
        "transfer_ratio": _mean(ratios, s),
        "undefined_transfers": np.asarray(sum(undefined, np.zeros(s.shape[:-2]))),
    }


def _all_blocks(task: Ints) -> list[tuple[int, int]]:
    """Evaluations before and after every contiguous block."""
    edges = [0, *(np.flatnonzero(np.diff(task)) + 1).tolist(), len(task)]
    return list(pairwise(edges))


def _over(a: Array, b: Array) -> Array:
    return np.asarray(np.divide(a, b, out=np.full(np.shape(a), np.nan), where=np.asarray(b) != 0))


def _beside_expert(s: Array, blocks: Blocks, expert: Array, window: int) -> dict[str, Array]:
    relative, efficient = [], []
    for j in blocks.seen:
        own = s[..., blocks.trained(j), j]
        if expert.shape[-2] <= own.shape[-1]:
            raise ValueError(
                f"expert has {expert.shape[-2] - 1} trainings; task {j} was trained "
                f"{own.shape[-1]} times"
            )
        alone = expert[..., 1 : own.shape[-1] + 1, j]
        relative.append(_over(own.sum(axis=-1), alone.sum(axis=-1)))
        (level, time), (of_expert, its_time) = _saturation(own, window), _saturation(alone, window)
        efficient.append(_over(level, of_expert) * its_time / time)
    return {
        "relative_performance": _mean(relative, s),
        "sample_efficiency": _mean(efficient, s),
    }


def _saturation(s: Array, window: int) -> tuple[Array, Array]:
    """Largest running mean (...) of scores (..., n), and trainings up to its window's end."""
    wide = min(window, s.shape[-1])
    running = np.lib.stride_tricks.sliding_window_view(s, wide, axis=-1).mean(axis=-1)
    return np.asarray(running.max(axis=-1)), np.asarray(running.argmax(axis=-1) + float(wide))
