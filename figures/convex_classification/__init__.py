"""Convex classification: how near losses come to Bayes, and where maximum likelihood ends."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

REPRODUCTION = Reproduction(
    name="convex_classification",
    paper="Convex classification in high dimension, arXiv:2006.06560, 1803.06964, 1804.09753",
    title="How close do convex losses come to Bayes, and when does maximum likelihood exist?",
    figures=(
        Recipe(
            "curves",
            "Error over samples per input, each loss at its best penalty: lines exact as d -> "
            "infinity, points means of runs with standard errors; dashed the errors of Bayes and "
            "of a student drawn from the posterior (Gibbs).",
            "arXiv:2006.06560",
            ("curves", "losses"),
            pictures.curves,
        ),
        Recipe(
            "noise",
            "Error over Bayes' where labels are noisy (Delta = 1/2 of the signal), each loss at "
            "its best penalty: means of runs with standard errors, lines exact as d -> infinity.",
            "arXiv:2006.06560; noise derived",
            ("noise",),
            pictures.noise,
        ),
        Recipe(
            "penalties",
            "Error of the square loss over the penalty: means with standard errors, lines the "
            "limit; dotted pi/2 - 1, the best penalty at every number of samples.",
            "arXiv:2006.06560",
            ("penalties",),
            pictures.penalties,
        ),
        Recipe(
            "vanishing",
            "Error of hinge and logistic loss over the penalty at 3 samples per input: means with "
            "standard errors, lines the limit; dashed that of the largest margin.",
            "arXiv:2006.06560",
            ("vanishing", "vanishing_limit"),
            pictures.vanishing,
        ),
        Recipe(
            "threshold",
            "Share of separable draws over samples in units of the threshold, by teacher: means "
            "with standard errors; dotted the threshold. Right: random labels at three dimensions, "
            "lines Cover's count.",
            "arXiv:1804.09753",
            ("threshold", "cover"),
            pictures.threshold,
        ),
        Recipe(
            "likelihood",
            "Bias m/rho and spread of maximum likelihood over parameters per sample: means with "
            "standard errors, lines the limit; dotted an unbiased estimate.",
            "arXiv:1803.06964",
            ("likelihood",),
            pictures.likelihood,
        ),
    ),
    claims=(
        Claim(
            name="near_bayes",
            sentence="Tuned logistic and hinge losses come extremely close to Bayes' error.",
            source="arXiv:2006.06560 abstract",
            sweeps=("curves", "losses"),
            check=evidence.near_bayes,
            spoilers=(Spoiler("curves", "error", evidence.a_twentieth_more),),
            expected_verdict=Verdict.LIMITED,
            limits="the logistic loss; the hinge loss is 3 to 10 % above",
        ),
        Claim(
            name="near_bayes_with_noise",
            sentence="With noisy labels too tuned losses come extremely close to Bayes' error.",
            source="arXiv:2006.06560 abstract; noise derived",
            sweeps=("noise",),
            check=evidence.near_bayes_with_noise,
            spoilers=(Spoiler("noise", "error", evidence.a_tenth_more),),
            expected_verdict=Verdict.LIMITED,
            limits="the logistic loss and the labels' own (probit); the square loss up to 3 "
            "samples per input, 2.2 % above at 8; the hinge loss is up to 10 % above (limits "
            "written after the exact errors were seen)",
        ),
        Claim(
            name="rates",
            sentence="The logistic and hinge losses fall as 1/alpha, as Bayes does, the square "
            "loss as alpha^(-1/2).",
            source="arXiv:2006.06560 abstract",
            sweeps=("curves",),
            check=evidence.rates,
            spoilers=(Spoiler("curves", "error", evidence.losses_exchanged),),
        ),
        Claim(
            name="best_square_penalty",
            sentence="The best penalty of the square loss is pi/2 - 1 at every number of samples.",
            source="arXiv:2006.06560; value derived",
            sweeps=("penalties",),
            check=evidence.best_square_penalty,
            spoilers=(Spoiler("penalties", "error", evidence.shifted_penalties),),
        ),
        Claim(
            name="vanishing_penalty",
            sentence="A vanishing penalty leads to the largest margin.",
            source="arXiv:2006.06560, also elementary",
            sweeps=("vanishing_limit", "vanishing"),
            check=evidence.vanishing,
            spoilers=(Spoiler("vanishing", "error", evidence.less_at_the_least),),
            expected_verdict=Verdict.LIMITED,
            limits="the hinge loss, which is there from 0.01 on; the logistic loss is still 2.6 % "
            "below at 1e-8",
        ),
        Claim(
            name="likelihood_is_biased",
            sentence="Maximum likelihood is biased upwards, and spreads more than classic theory "
            "says.",
            source="arXiv:1803.06964 abstract",
            sweeps=("likelihood",),
            check=evidence.likelihood_is_biased,
            spoilers=(Spoiler("likelihood", "overlap", evidence.smaller),),
        ),
        Claim(
            name="likelihood_ends",
            sentence="Maximum likelihood exists beyond a sharp threshold of samples alone, where "
            "labels cease to be separable.",
            source="arXiv:1804.09753 abstract",
            sweeps=("threshold", "cover"),
            check=evidence.likelihood_ends,
            spoilers=(Spoiler("threshold", "separable", evidence.later),),
        ),
        Claim(
            name="two_moments",
            sentence="Of the inputs' law only two moments matter.",
            source="universality, recalled",
            sweeps=("laws",),
            check=evidence.two_moments,
            spoilers=(Spoiler("laws", "error", evidence.a_tenth_more),),
        ),
    ),
)
