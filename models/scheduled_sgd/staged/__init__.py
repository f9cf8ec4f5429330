"""Learning rates searched stage by stage: each the best for the end of its own stage, or forecast
to be so from a short trial (after arXiv:2105.10762).

Losses are exact, so what such a search costs (the short horizon of a stage, arXiv:1803.02021) and
what a forecast adds to that are numbers.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.scheduled_sgd.staged.parameters import StagedParameters

_EQUATIONS = """\
of rates eta_1 < ... < eta_n in equal ratios, each stage takes the one of least loss after tau
updates from its state, as it is or as a e^(-r x) + c forecasts from the first tau'
M <- M (1 - 2A + A^2 (1 + 1/B)) + A^2 (S + s^2)/B,  A_i = eta h_i, S = sum_i M_i, loss S/2"""

STAGED = Model(
    id="scheduled_sgd.staged",
    title="learning rates searched stage by stage",
    parameters_class=StagedParameters,
    version=2,
    dims=(Dim("stage", "stage of one rate", lambda p: p.n_steps // p.stage_steps),),
    observables=(
        Observable("loss", "excess loss at the end of the stage", dims=("stage",)),
        Observable("final_loss", "excess loss at the end"),
    ),
    diagnostics=(
        Observable("rate", "rate chosen for the stage", dims=("stage",)),
        Observable(
            "forecast_error", "relative error of the forecast at the rate chosen", dims=("stage",)
        ),
        Observable(
            "worst_forecast_error", "largest such error of all trials whose loss ends below 1"
        ),
        Observable("best_pieces", "least final loss of as many constant rates, NaN unless pieces"),
        Observable("piece_rate", "rate of the stage there", dims=("stage",)),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2105.10762", "arXiv:1803.02021", "losses derived"),
    seconds=lambda p: (
        1e-3
        + 1e-4 * p.n_rates * (p.n_steps // p.stage_steps) * (1 + 0.02 * p.trial_steps)
        + 4e-9 * p.n_steps * (p.n_modes + 16) * (p.n_rates + 2)
    ),
    theory_seconds=lambda p: (
        1e-3
        + 1e-4 * p.n_rates * (p.n_steps // p.stage_steps) * (1 + 0.02 * p.trial_steps)
        + 2e-9 * p.n_steps * (p.n_modes + 16) * p.n_rates
        + p.pieces * 2e-8 * p.n_steps * (p.n_modes + 16) * (p.n_steps // p.stage_steps)
    ),
    checks=(
        Check(
            {"n_modes": 16, "capacity_exponent": 0.3, "n_steps": 24, "stage_steps": 8}
            | {"batch_size": 16, "n_rates": 10, "trial_steps": 4},
            {"evaluation": ["exact", "forecast", "trial"]},
            replicas=4000,
            shifted=lambda values: {**values, "n_steps": 27, "stage_steps": 9},
        ),
    ),
    landmarks=(
        Landmark(
            "mean_square_stable_rate",
            "learning rate above which the mean square grows",
            "toysim.models.scheduled_sgd.landmarks:plain_stable_rate",
            ("n_modes", "capacity_exponent", "batch_size"),
        ),
    ),
)
