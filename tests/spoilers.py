"""What would turn each claim: the sweeps whose data are changed, the observable, and what is done
to its values.
"""

import numpy as np
import xarray as xr


def learned_where_derived(v):
    """Weak accuracies if the derived window in the noise were sharp."""
    half, square = v["n_samples"] / 2, v["noise_norm"] ** 2 / 0.01
    inside = ((1 - v["strong_fraction"]) * half < square) & (square < v["strong_fraction"] * half)
    return xr.where(inside & (v["gamma_u"] > 1), 1.0, 0.5).broadcast_like(v).transpose(*v.dims)


# Errors of the replica-symmetric theory at beta = 20, at the patterns of the sweep of descent on
# one task.
ON_THE_THEORY = (0.459, 0.427, 0.376, 0.337, 0.306, 0.283, 0.262, 0.253, 0.244, 0.235, 0.227, 0.219)

# By reproduction and claim; several entries are tried one at a time.
SPOILERS = {
    "abrupt_icl": {
        "slow_phase_then_cliff": [("plateau", "loss", lambda v: v + 0.2)],
        "three_halves": [("cliff_time", "t50", lambda v: v**1.1)],
        "bracket": [
            ("cliff_time", "t50", lambda v: 1.06 * v),
            ("cliff_labels", "t50", lambda v: 0.95 * v),
        ],
        "saddle": [("descent", "alpha", lambda v: v**2)],
        "labels_before_match": [("head", "tla2", lambda v: v.values[::-1])],
        "beta2_can_go": [("head_times", "t50", lambda v: v.where(v.learn_beta2, 1.2 * v))],
        "more_labels_than_pairs": [("head_labels", "ic_accuracy", lambda v: 0 * v + 1)],
        "four_logits_predict": [
            ("head_times", "t50", lambda v: 1.15 * v),
            ("four_logits", "t50", lambda v: 0.85 * v),
        ],
        "mean_field_predicts": [
            ("head_times", "t50", lambda v: 1.1 * v),
            ("head_dimension", "t50", lambda v: 1.2 * v),
        ],
        "classes_decide": [
            ("head_classes", "ic_accuracy", lambda v: 0.8 * v),
            ("head_classes", "iw_accuracy", lambda v: v.values[::-1]),
        ],
        "network_waits_then_jumps": [
            ("network", "width", lambda v: 4 * v),
            ("network", "plateau_accuracy", lambda v: v - 0.1),
        ],
        "network_runs_jump_alike": [("network", "t50", lambda v: v**0.1)],
        "network_labels_lead": [
            ("network", "tla2", lambda v: v**64),  # only after the jump
            ("network", "ila1", lambda v: v.values[..., ::-1]),
        ],
        "network_classes_favour_context": [
            ("network_classes", "ic_accuracy", lambda v: v.values[::-1])
        ],
        "network_bursts_favour_context": [
            ("network_classes", "iw_accuracy", lambda v: v.values[:, ::-1])
        ],
        "network_noise_favours_context": [
            ("network_noise", "iw_accuracy", lambda v: v.values[::-1])
        ],
        "network_zipf_lets_both": [("network_zipf", "iw_accuracy", lambda v: v.values[::-1])],
        "network_mixture_lets_both": [("network_mixture", "iw_accuracy", lambda v: 0.5 * v)],
        "network_needs_more_labels": [("network_labels", "ic_accuracy", lambda v: 0 * v + 1)],
    },
    "benign_oscillation": {
        "window_of_steps": [("transition", "weak_output", lambda v: 0.1 * v)],
        "only_with_oscillation": [("transition", "weak_accuracy", lambda v: 1.2 * v)],
        "test_accuracies": [("headline", "mixed_accuracy", lambda v: v[::-1])],
        "residuals_accumulate": [("transition", "accumulation_slack", lambda v: v - 1)],
        "oscillation_lasts": [("transition", "late_residual", lambda v: v + 0.2)],
        "oscillation_ends_itself": [("self_termination", "weak_output", lambda v: 0.8 * v)],
        "learned_inside_noise_window": [("noise_window", "weak_accuracy", lambda v: 0.75 * v)],
        "noise_window_is_sharp": [("noise_window", "weak_accuracy", learned_where_derived)],
        "bounded": [("wall", "regime", lambda v: 0 * v)],
        "recursion_is_exact": [("recursion", "weak_groups", lambda v: v * (1 + 1e-8))],
    },
    "binary_continual_learning": {
        "error_falls": [("learning", "error_1_course", lambda v: v[::-1])],
        "switch_forgets_and_learns": [
            ("switch", "error_1", lambda v: v[::-1]),
            ("switch", "error_2", lambda v: v[::-1]),
        ],
        "more_data_more_forgetting": [
            ("forgetting", "error_1", lambda v: -v),
            ("imperfect", "error_2", lambda v: -v),
        ],
        "weak_divergence_is_faster": [
            ("forgetting_fast", "error_1", lambda v: 0.5 * v),
            ("forgetting_fast", "error_2", lambda v: 0.5 * v),
        ],
        "descent_lies_on_the_theory": [
            ("descent", "error_1", lambda v: 0 * v + np.array(ON_THE_THEORY)[:, None])
        ],
        "theory_foretells_forgetting": [
            ("forgetting", "error_1", lambda v: 1.2 * v),
            ("forgetting_fast", "error_2", lambda v: 0.8 * v),
            ("prior", "error_2", lambda v: 0.8 * v),
        ],
        "descent_with_a_prior_lies_on_the_theory": [
            ("descent_prior", "error_1", lambda v: 0.9 * v)
        ],
        "relaxation_peaks": [("relaxation", "relaxation_time", lambda v: -v)],
        "learning_jumps": [
            ("theory_one_task", "branch_present", lambda v: v | (v.alpha < 9)),
            ("theory_one_task", "branch_free_entropy", lambda v: v + 0.1 * v.saddle),
        ],
        "replica_symmetry_holds": [("theory_one_task", "stability", lambda v: 1.2 * v)],
        "learning_with_a_prior_jumps": [
            (
                "theory_prior",
                "branch_present",
                lambda v: v & (v.saddle == 0) | (v.alpha == v.alpha[7]),
            ),
            ("theory_prior", "branch_free_entropy", lambda v: v + 0.1 * v.saddle),
        ],
        "prior_keeps_replica_symmetry": [("theory_prior", "stability", lambda v: 6 * v)],
        "replica_symmetry_holds_in_the_second_task": [
            ("theory_forgetting", "stability", lambda v: 10 * v),
            ("theory_forgetting_fast", "stability", lambda v: 0.1 * v),
        ],
        "error_falls_steeply": [("theory_one_task", "error", lambda v: v**0.8)],
        "second_task_jumps": [
            ("second_branches", "branch_present", lambda v: v & (v.saddle == 0)),
            ("second_branches_fast", "branch_present", lambda v: v[::-1]),
        ],
        "samplers_on_the_theory": [
            ("samplers", "self_overlap", lambda v: 1.05 * v),
            ("samplers_two_tasks", "self_overlap", lambda v: 1.05 * v),
        ],
        "replica_symmetry_at_low_temperature": [
            ("samplers_cold", "self_overlap", lambda v: 1.1 * v)
        ],
        "variational_beats_metaplastic": [("layered", "mean_accuracy", lambda v: 1 - v)],
    },
    "learning_regimes": {
        "rich_or_lazy": [("rich_lazy", "half_learning_time", lambda v: 1.05 * v)],
        "one_by_one_or_at_once": [
            ("rich_lazy_network", "half_learning_time", lambda v: v[..., ::-1])
        ],
        "deeper_is_slower": [("depth_time", "half_learning_time", lambda v: v[::-1])],
        "large_steps_rebalance": [("rebalancing", "final_share", lambda v: 0 * v)],
    },
    "matrix_completion": {
        "late_switch_hurts": [
            (
                "seeds",
                "relative_test_loss",
                lambda v: np.where(v.replica.values[:, None] == 3, 0.0, v),
            )
        ],
        "depth_one_has_none": [("depth", "relative_test_loss", lambda v: v - 2e-3)],
        "deeper_is_hurt_more": [("depth", "relative_test_loss", lambda v: -v)],
        "lower_rank_is_harmless": [
            ("rank", "relative_test_loss", lambda v: 0 * v - (v.rank_before > 3))
        ],
        "higher_rank_hurts_more": [("rank", "relative_test_loss", lambda v: -v)],
        "more_entries_heal": [("observed", "relative_test_loss", lambda v: v - 0.11)],
        "subset_hurts": [("subset", "relative_test_loss", lambda v: -v)],
        "subset_hurts_deeper_more": [("subset_depth", "relative_test_loss", lambda v: -v)],
        "every_start_is_hurt": [("start", "relative_test_loss", lambda v: 0.1 * v)],
        "descent_follows_the_flow": [("analytic", "singular_values", lambda v: 1.03 * v)],
        "decoupled_raises_shallow_rank": [
            ("decoupled", "effective_rank", lambda v: v.values[[0, 2, 1]])
        ],
    },
    "edge_of_stability": {
        "thresholds": [("bifurcation", "strong_samples", np.round)],  # no orbit near the threshold
        "chaos": [("bifurcation", "lyapunov", lambda v: -np.abs(v))],
        "large_steps_teach_the_weak_feature": [("weak_feature", "final_weak", lambda v: 0.99 * v)],
        "oscillation_lasts": [("course", "strong", lambda v: v + 1.0)],
        "settles_at_the_edge": [("sharpness_logistic", "edge_share", lambda v: 0.9 * v)],
        "catapult_bounds": [
            ("catapult", "final_eta_kernel", lambda v: 1.1 * v),
            ("catapult_width", "peak_loss", np.sqrt),
        ],
        "opposite_trends": [("sparsity_full", "final_l1_norm", lambda v: -v)],
        "wsd_beats_cosine": [("schedules", "final_loss", lambda v: -v)],
    },
    "isolated_solutions": {
        "isolated": [("potential", "potential", lambda v: v + 0.01)],
        "square_root_law": [("nearby", "potential", lambda v: 0.99 * v)],
        "peak_is_the_entropy": [
            ("peak", "potential", lambda v: v + 1e-8),
            ("potential", "potential", lambda v: v + 1e-3),
        ],
        "capacity": [("storage", "entropy", lambda v: v + 1e-3)],
        "transitions": [
            ("students", "free_entropy", lambda v: v + 1e-3),
            ("students_warm", "free_entropy", lambda v: v + 2e-3),
        ],
        "annealed_is_late": [("students", "free_entropy", lambda v: v + 0.1)],
        "message_passing_agrees": [
            ("planted", "potential", lambda v: 1.03 * v),
            ("landscape", "entropy", lambda v: 1.1 * v),
            ("students_sampled", "overlap", lambda v: 0.95 * v),
        ],
        "small_instances_tend_to_it": [("enumerated", "legendre", lambda v: 1.1 * v)],
    },
}
