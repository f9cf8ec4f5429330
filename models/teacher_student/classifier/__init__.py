"""Classifiers with a convex loss: how near they come to Bayes, and the largest margin.

Labels of a noisy teacher, or of two Gaussian clusters; the student minimises sum l(y h) +
lambda |w|^2/2 with h = w.x/sqrt(d), n = round(alpha d).
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.teacher_student.classifier.parameters import ClassifierParameters

_LANDMARKS = f"{__name__}.landmarks"

_EQUATIONS = """\
w minimises sum l(y h) + lambda |w|^2/2, h = w.x/sqrt(d), y = sign(u + noise), u = w*.x/sqrt(d)
f = (prox_{V l}(w) - w)/V at w = sqrt(q) xi
hat(m) = 2 alpha int Dxi Z' f,  hat(q) = 2 alpha int Dxi Z f^2,  hat(V) = -2 alpha int Dxi Z df/dw
m = rho hat(m)/(lambda + hat(V)),  q = (rho hat(m)^2 + hat(q))/(lambda + hat(V))^2,
V = 1/(lambda + hat(V))
Z = p + (1 - 2p) P(m xi/(sqrt(q) s)), s^2 = rho - m^2/q + Delta;  error = arccos(m/sqrt(rho q))/pi
largest margin kappa: R = 2 alpha int Dxi Z' (kappa - xi)_+,
1 - R^2 = 2 alpha int Dxi Z (kappa - xi)_+^2"""

CLASSIFIER = Model(
    id="teacher_student.classifier",
    title="convex classification of a noisy teacher's labels",
    parameters_class=ClassifierParameters,
    observables=(
        Observable("overlap", "m = w.w*/d", rtol=0.01),
        Observable("self_overlap", "q = |w|^2/d", rtol=0.01),
        Observable("cosine", "R = m/sqrt(rho q)", rtol=0.01),
        Observable(
            "error",
            "share of clean labels sign(u), or of fresh points of two clusters, told wrong",
            rtol=0.01,
        ),
        Observable("train_loss", "mean loss l on the samples, without the penalty", rtol=0.01),
        Observable(
            "train_error",
            "share of the samples' labels told wrong",
            rtol=0.01,
            atol=2e-4,
            span=1.0,
        ),
        Observable("margin", "least y h/sqrt(q) of the samples; hard_margin alone", rtol=0.01),
    ),
    diagnostics=(
        Observable("susceptibility", "V, the variance that a proximal step sees"),
        Observable("stability", "1 - alpha E (V df/dw)^2: how far from a singular fit"),
        Observable("bayes_error", "least error that any learner can have"),
        Observable(
            "gibbs_error", "error of a student drawn from the posterior; NaN of two clusters"
        ),
        Observable("critical_ratio", "samples per input alpha* up to which labels are separable"),
        Observable("iterations", "rounds of the fixed point"),
        Observable("residual", "relative change of the last round"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("tolerance",),
    version=3,
    equations=_EQUATIONS,
    sources=("arXiv:2006.06560", "arXiv:1803.06964", "arXiv:1906.03761", "derived"),
    seconds=lambda p: (
        1e-3
        + (
            p.sample_ratio * p.dimension * (1e-4 + 8e-7 * p.dimension)
            if p.loss in ("hinge", "hard_margin")
            else 6e-8 * p.sample_ratio * p.dimension**2
        )
    ),
    theory_seconds=lambda p: 0.005,
    checks=(
        Check(
            {"sample_ratio": 4.0, "penalty": 0.5, "flip": 0.25},
            {"loss": ["logistic"]},
            replicas=900,
        ),
    ),
    landmarks=(
        Landmark(
            "critical_ratio",
            "samples per input up to which maximum likelihood has no minimiser",
            f"{_LANDMARKS}:critical_ratio",
            ("teacher", "signal", "flip", "probit_noise"),
            source="arXiv:1804.09753",
            where="labels with one kind of noise",
            along="sample_ratio",
        ),
        Landmark(
            "best_square_penalty",
            "penalty of the square loss's least error, any alpha: 1/c0 - 1, c0 = (E y u)^2/rho",
            f"{_LANDMARKS}:best_square_penalty",
            ("teacher", "signal", "flip", "probit_noise"),
            where="teacher = sign",
            along="penalty",
        ),
        Landmark(
            "best_penalty",
            "penalty of the least error, of 1e-5 to 100",
            f"{_LANDMARKS}:best_penalty",
            ("loss", "sample_ratio", "teacher", "signal", "flip", "probit_noise", "dimension"),
            digits=4,
            where="a loss with a penalty",
            along="penalty",
        ),
    ),
)
