"""Double descent of ridge regression: the peak at interpolation, and the penalty without one."""

from toysim.paper import Claim, Recipe, Reproduction, Spoiler, backwards
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

REPRODUCTION = Reproduction(
    name="double_descent",
    paper="Double descent of ridge regression, arXiv:1903.08560, 1908.05355, 2003.01897",
    title="Where does the test error peak, and does tuning remove the peak?",
    figures=(
        Recipe(
            "samples",
            "Excess error over samples per input, by penalty: means with standard errors (at "
            "penalty 0 medians), lines the theory; it has none next to n = d at penalty 0.",
            "arXiv:1903.08560",
            ("samples",),
            pictures.samples,
        ),
        Recipe(
            "features",
            "Excess error (top) and train error (bottom) over random features per input: means "
            "with standard errors; lines the equivalent linear model of the same features.",
            "arXiv:1908.05355",
            ("features",),
            pictures.features,
        ),
        Recipe(
            "dimensions",
            "Dimension times the distance of the mean excess error from its limit, with standard "
            "errors; line the first correction, derived.",
            "derived",
            ("dimensions",),
            pictures.dimensions,
        ),
        Recipe(
            "spectrum",
            "Excess error over samples with power-law inputs: points simulated, lines the theory, "
            "dashed the least over penalties. Bars: standard errors.",
            "arXiv:2102.08127",
            ("spectrum", "best_penalty"),
            pictures.spectrum,
        ),
    ),
    claims=(
        Claim(
            name="peak_at_interpolation",
            sentence="Without a penalty the test error peaks where samples equal dimensions.",
            source="arXiv:1903.08560",
            sweeps=("samples",),
            check=evidence.peak_at_interpolation,
            spoilers=(Spoiler("samples", "excess_error", backwards("sample_ratio")),),
        ),
        Claim(
            name="best_penalty_is_monotone",
            sentence="With the best penalty the test error falls with every further sample.",
            source="arXiv:2003.01897",
            sweeps=("samples",),
            check=evidence.best_penalty_is_monotone,
            spoilers=(Spoiler("samples", "excess_error", evidence.beside_the_peak_exchanged),),
        ),
        Claim(
            name="features_peak_at_samples",
            sentence="With random features the error peaks where they equal the samples, and is "
            "lowest with many more.",
            source="arXiv:1908.05355",
            sweeps=("features",),
            check=evidence.features_peak_at_samples,
            spoilers=(Spoiler("features", "excess_error", backwards("feature_ratio")),),
        ),
        Claim(
            name="two_numbers_of_an_activation",
            sentence="An activation enters through two numbers alone, its linear part and the "
            "rest.",
            source="arXiv:1908.05355",
            sweeps=("features",),
            check=evidence.two_numbers_of_an_activation,
            spoilers=(Spoiler("features", "excess_error", evidence.a_tenth_more),),
        ),
        Claim(
            name="finite_size_costs_one_over_d",
            sentence="A finite dimension d costs c/d of the excess error.",
            source="derived",
            sweeps=("dimensions",),
            check=evidence.finite_size_costs_one_over_d,
            spoilers=(Spoiler("dimensions", "excess_error", evidence.by_the_root),),
        ),
    ),
)
