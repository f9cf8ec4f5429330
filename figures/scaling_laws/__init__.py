"""Scaling laws of a linear model: the loss over data, and what several epochs make of it."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

budgets, curves, epochs, evidence, panels = parts(
    __name__, "budgets", "curves", "epochs", "evidence", "panels"
)

REPRODUCTION = Reproduction(
    name="scaling_laws",
    paper="Komatsuzaki: One Epoch Is All You Need, arXiv:1906.06669",
    title="Scaling laws of a linear model: data and epochs",
    figures=(
        Recipe(
            "kernel",
            "Excess loss of ridge regression with the best penalty over samples, by the exponent "
            "b of the signal; dashed: the power (b-1)/b through the last point.",
            "arXiv:1906.06669, in ridge regression",
            ("kernel",),
            panels.kernel,
        ),
        Recipe(
            "epochs",
            "Excess loss of one pass and of epochs on 100 rows, three data sets; exact "
            "means over runs.",
            "arXiv:1906.06669, in linear regression",
            ("epochs",),
            panels.epochs,
        ),
        Recipe(
            "worth",
            "Updates of one pass that come to the loss of K epochs, over the rows, at the best "
            "peak of a linear decay (standard errors over data sets) and at a constant rate; "
            "dashed: epochs as good as fresh data.",
            "arXiv:1906.06669, 2511.13421, in linear regression",
            ("reuse", "one_pass", "first_epochs", "constant_rate"),
            epochs.draw,
        ),
        Recipe(
            "extrapolation",
            "A power law with a limit, fitted to a beginning of the learning curve: error of its "
            "forecast of the end, and its limit. Dots: from here on exponents lie in 0..3 and "
            "limits, at least 0, move one way. Dashed: the label noise, the true limit.",
            "arXiv:2402.02515, in ridge regression",
            ("extrapolation",),
            curves.draw,
        ),
        Recipe(
            "allocation",
            "Excess loss over the size of the model at equal compute p T, the best sizes dashed; "
            "the best size (dots, dashed its law through the middle one) and samples a mode over "
            "the compute.",
            "arXiv:1906.06669, 2403.06563, in linear regression",
            ("allocation",),
            budgets.draw,
        ),
        Recipe(
            "trajectory",
            "A sum of powers of size and updates, fitted to sizes up to 32 (lines), and what it "
            "foretells of 64 and 128 (dashed); squares were not fitted.",
            "arXiv:2403.06563, in linear regression",
            ("trajectory",),
            budgets.draw_trajectory,
        ),
    ),
    claims=(
        Claim(
            name="power_law",
            sentence="The loss falls as a power of the data, here with the exponent (b-1)/b.",
            source="arXiv:1906.06669; exponent derived",
            sweeps=("kernel",),
            check=evidence.power_law,
            spoilers=(Spoiler("kernel", "best_test_loss", evidence.steeper),),
        ),
        Claim(
            name="overfitting",
            sentence="One pass does not overfit; several epochs on the same rows turn up.",
            source="arXiv:1906.06669 abstract",
            sweeps=("epochs",),
            check=evidence.overfitting,
            spoilers=(Spoiler("epochs", "loss", evidence.only_falling),),
        ),
        Claim(
            name="one_epoch_wins",
            sentence="At equal updates fresh data beat epochs, the fewer epochs the better.",
            source="arXiv:1906.06669 abstract",
            sweeps=("reuse", "one_pass"),
            check=epochs.one_epoch_wins,
            spoilers=(Spoiler("reuse", "final_loss", epochs.reversed_epochs),),
        ),
        Claim(
            name="speedup",
            sentence="One epoch in place of ten is 1.9 to 3.3 times as fast.",
            source="arXiv:1906.06669 abstract",
            sweeps=("ten_epochs", "one_pass"),
            check=epochs.speedup,
            spoilers=(Spoiler("ten_epochs", "final_loss", epochs.worse),),
            expected_verdict=Verdict.LIMITED,
            limits="signal that falls slowly (b < a) or little label noise",
        ),
        Claim(
            name="first_epochs_are_free",
            sentence="A few epochs are worth as much fresh data.",
            source="arXiv:2511.13421 abstract",
            sweeps=("first_epochs", "constant_rate"),
            check=epochs.first_epochs_are_free,
            spoilers=(Spoiler("first_epochs", "loss", epochs.first_alone),),
            expected_verdict=Verdict.LIMITED,
            limits="two epochs, at a constant small rate",
        ),
        Claim(
            name="regularisation",
            sentence="In one epoch weight decay gains nothing.",
            source="arXiv:1906.06669 abstract",
            sweeps=("weight_decay",),
            check=epochs.regularisation,
            spoilers=(Spoiler("weight_decay", "final_loss", epochs.without_dearer),),
        ),
        Claim(
            name="size_law",
            sentence="The best size of the model grows as a power of the compute, its loss falls "
            "as one.",
            source="arXiv:1906.06669; exponents derived",
            sweeps=("allocation",),
            check=budgets.size_law,
            spoilers=(Spoiler("allocation", "final_loss", budgets.shuffled),),
        ),
        Claim(
            name="fixed_ratio",
            sentence="At every compute the same ratio of samples to model size is best.",
            source="arXiv:1906.06669 abstract",
            sweeps=("allocation",),
            check=budgets.fixed_ratio,
            spoilers=(Spoiler("allocation", "final_loss", budgets.best_at_a_ratio),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="trajectory",
            sentence="A sum of powers of size and updates, fitted to small models, predicts the "
            "loss of larger ones.",
            source="arXiv:2403.06563 abstract",
            sweeps=("trajectory",),
            check=budgets.trajectory,
            spoilers=(Spoiler("trajectory", "final_loss", budgets.lowered),),
            expected_verdict=Verdict.LIMITED,
            limits="100 samples a mode or more",
        ),
        Claim(
            name="forecast",
            sentence="A beginning of the learning curve predicts its end to 1 %.",
            source="arXiv:2402.02515 abstract",
            sweeps=("extrapolation",),
            check=curves.forecast,
            spoilers=(Spoiler("extrapolation", "forecast_error", curves.end_raised),),
            expected_verdict=Verdict.LIMITED,
            limits="a penalty that is the best at each size, or at least 1",
        ),
        Claim(
            name="limit",
            sentence="Once the fitted limit settles it is the loss that can be attained.",
            source="arXiv:2402.02515 abstract",
            sweeps=("extrapolation",),
            check=curves.limit,
            spoilers=(Spoiler("extrapolation", "limit", lambda fitted: 0.0 * fitted + 0.25),),
            expected_verdict=Verdict.REFUTED,
        ),
    ),
)
