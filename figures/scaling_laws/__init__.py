"""Scaling laws of a linear model: the loss over data, and what several epochs make of it."""

from toysim.figures.scaling_laws import curves, evidence, panels
from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler

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
            "extrapolation",
            "A power law with a limit, fitted to a beginning of the learning curve: error of its "
            "forecast of the end, and its limit. Dots: from here on exponents lie in 0..3 and "
            "limits, at least 0, move one way. Dashed: the label noise, the true limit.",
            "arXiv:2402.02515, in ridge regression",
            ("extrapolation",),
            curves.draw,
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
