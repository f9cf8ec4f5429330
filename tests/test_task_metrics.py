"""Measures of continual learning: three tasks by hand, empty means, leading dimensions."""

import numpy as np
import pytest

from toysim.numerics.task_metrics import share_of_start, sign_accuracy, task_metrics

SCORES = [
    [0.1, 0.2, 0.1],
    [0.5, 0.2, 0.15],
    [0.9, 0.3, 0.2],
    [0.6, 0.7, 0.25],
    [0.7, 0.8, 0.3],
    [0.4, 0.6, 0.6],
    [0.55, 0.7, 0.9],
]
TRAINED = [0, 0, 1, 1, 2, 2]


def test_three_tasks():
    """Contrast and ratio by hand: task 1 (.2 to .3) and task 2 (.1 to .2) while task 0 is trained,
    task 2 (.2 to .3) while task 1 is.
    """
    found = task_metrics(SCORES, TRAINED, window=3)
    expected = {
        "average_score": 0.716667,
        "backward_transfer": -0.225,
        "forward_transfer": 0.15,
        "forgetting": 0.225,
        "min_score": 0.5,
        "worst_case_score": 0.633333,
        "windowed_forgetting": 0.166667,
        "windowed_plasticity": 0.633333,
        "maintenance": -0.24375,
        "transfer_contrast": (0.2 + 1 / 3 + 0.2) / 3,
        "transfer_ratio": (1.5 + 2.0 + 1.5) / 3,
        "undefined_transfers": 0.0,
    }
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=5e-7, err_msg=name)


def test_forgetting_is_not_minus_the_backward_transfer():
    """The best score may lie before training, or after the first block."""
    scores = [[0.9, 0.0], [0.5, 0.0], [0.8, 0.0], [0.6, 1.0]]
    found = task_metrics(scores, [0, 1, 1])
    np.testing.assert_allclose(found["forgetting"], 0.3)
    np.testing.assert_allclose(found["backward_transfer"], 0.1)


def test_a_task_trained_again_is_not_at_its_least_then():
    scores = [[0.0, 0.0], [0.9, 0.1], [0.3, 0.8], [0.2, 0.4], [0.8, 0.3], [0.7, 0.9]]
    found = task_metrics(scores, [0, 1, 0, 0, 1])
    np.testing.assert_allclose(found["min_score"], 0.3)  # not 0.2, while task 0 is trained
    np.testing.assert_allclose(found["worst_case_score"], (0.9 + 0.3) / 2)


def test_one_task_has_no_old_ones():
    found = task_metrics([[0.1], [0.5]], [0])
    assert np.isnan([found[n] for n in ("forgetting", "min_score", "maintenance")]).all()
    np.testing.assert_allclose(found["average_score"], 0.5)


def test_undefined_contrasts_are_left_out_and_counted():
    scores = [[0.0, 0.0, 0.2], [1.0, 0.5, 0.3], [1.0, 1.0, 0.3]]
    found = task_metrics(scores, [0, 1])
    np.testing.assert_allclose(found["undefined_transfers"], 1.0)  # the ratio of 0.5 to 0
    np.testing.assert_allclose(found["transfer_ratio"], (1.5 + 1.0) / 2)


def test_beside_an_expert():
    """Task 0 as the expert; task 1 at half its level, a training later."""
    scores = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.0], [0.5, 0.2], [0.5, 0.4]]
    expert = [[0.0, 0.0], [0.5, 0.8], [0.5, 0.6]]
    found = task_metrics(scores, [0, 0, 1, 1], expert=expert, window=1)
    np.testing.assert_allclose(found["relative_performance"], (1.0 + 0.6 / 1.4) / 2)
    np.testing.assert_allclose(found["sample_efficiency"], (1.0 + 0.5 * 1 / 2) / 2)


def test_all_blocks_of_a_task_count_beside_an_expert():
    """Task 0 is trained three times in two blocks: (.5 + .6 + .9)/(.5 + .8 + 1) of the expert; .9
    at the third training, the expert 1 at the third.
    """
    scores = [[0.0, 0.0], [0.5, 0.0], [0.3, 0.8], [0.6, 0.4], [0.9, 0.2]]
    expert = [[0.0, 0.0], [0.5, 0.8], [0.8, 0.8], [1.0, 0.8]]
    found = task_metrics(scores, [0, 1, 0, 0], expert=expert, window=1)
    np.testing.assert_allclose(found["relative_performance"], (2.0 / 2.3 + 1.0) / 2)
    np.testing.assert_allclose(found["sample_efficiency"], (0.9 + 1.0) / 2)


def test_leading_dimensions():
    whole = task_metrics(np.stack([SCORES, np.flip(SCORES, axis=1)])[None], TRAINED, window=3)
    alone = task_metrics(SCORES, TRAINED, window=3)
    for name, value in whole.items():
        assert value.shape == (1, 2)
        np.testing.assert_allclose(value[0, 0], alone[name])


def test_scores_of_errors():
    np.testing.assert_allclose(share_of_start([[2.0], [0.5]]), [[0.0], [0.75]])
    np.testing.assert_allclose(sign_accuracy([1.0, 0.0, -1.0]), [1.0, 0.5, 0.0])


@pytest.mark.parametrize(
    ("scores", "trained", "window", "told"),
    [
        ([[0.1], [0.2]], [0, 0], 10, "one task between every two evaluations"),
        ([[0.1], [0.2]], [1], 10, "0..0"),
        ([[0.1], [0.2]], [0], 0, "give 1 evaluation"),
    ],
)
def test_what_does_not_fit_is_told(scores, trained, window, told):
    with pytest.raises(ValueError, match=told):
        task_metrics(scores, trained, window=window)
