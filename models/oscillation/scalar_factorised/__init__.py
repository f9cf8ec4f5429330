"""Gradient descent on a loss of x y: does the sharpness settle at 2/eta?

Where the flow would end at a minimum sharper than 2/eta, descent oscillates and moves to a flatter
one. Which depends on the loss: well below 2/eta for (xy - 1)^2/2, just below for a loss of degree 4
(arXiv:2210.03294) and for one that grows linearly (arXiv:2212.07469). The product, the norm and the
imbalance of the factors close exactly under an update, whatever the loss.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.oscillation.declarations import EXACT, UPDATES
from toysim.models.oscillation.scalar_factorised.parameters import ScalarFactorisedParameters
from toysim.records import course

_EQUATIONS = """\
x <- x - eta l'(p) y,  y <- y - eta l'(p) x,   p = x y, s = x^2 + y^2, D = x^2 - y^2, g = l'(p):
p <- p - eta g s + eta^2 g^2 p,  s <- s - 4 eta g p + eta^2 g^2 s,  D <- D (1 - eta^2 g^2)
sharpness [l'' s + sqrt(l''^2 D^2 + 4 (l' + l'' p)^2)]/2,  l'' s at a minimum; the flow keeps D
flow ends at sqrt(D^2 + 4) (quadratic), 2 sqrt(D^2 + 4) (quartic), |D|/4 (logistic)"""

SCALAR_FACTORISED = Model(
    id="oscillation.scalar_factorised",
    title="loss of a product of two numbers at the edge of stability",
    parameters_class=ScalarFactorisedParameters,
    clock=UPDATES,
    version=3,
    observables=(
        course("product", "product x y", **EXACT),
        course("imbalance", "x^2 - y^2", **EXACT),
        course("sharpness", "largest Hessian eigenvalue", **EXACT),
        course("loss", "loss", **EXACT),
        Observable("final_product", "product x y at the end", **EXACT),
        Observable("final_imbalance", "x^2 - y^2 at the end", **EXACT),
        Observable("final_sharpness", "largest Hessian eigenvalue at the end", **EXACT),
        Observable("edge_share", "learning rate times sharpness at the end over 2", **EXACT),
        Observable("final_loss", "loss at the end", **EXACT),
    ),
    diagnostics=(
        Observable(
            "flow_sharpness",
            "sharpness at the minimum that gradient flow reaches from the same start",
        ),
        Observable("rounding_growth", "largest logarithm by which a rounding error grows"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    equations=_EQUATIONS,
    sources=("arXiv:2103.00065", "arXiv:2210.03294", "arXiv:2212.07469"),
    # Alone a logistic row takes 40 ns an update, with 127 others 3.
    seconds=lambda p: 2e-6 + (1e-7 if p.loss_kind == "logistic" else 3e-9) * p.n_steps,
    theory_seconds=lambda p: 1e-3 + (4e-7 if p.loss_kind == "logistic" else 4e-8) * p.n_steps,
    checks=(
        Check(
            {"n_steps": 60, "n_records": 7},
            {"learning_rate": [0.2, 0.33, 0.36]},
            shifted=UPDATES.one_more,
        ),
        Check({}, {"learning_rate": [0.2, 0.33, 0.36, 0.4, 0.5]}),
        Check(
            {"loss_kind": "quartic", "x_start": 0.5, "y_start": 3.0},
            {"learning_rate": [0.117, 0.1226, 0.156]},
        ),
        Check(
            {"loss_kind": "logistic", "x_start": 0.5, "y_start": 12.0},
            {"learning_rate": [0.04, 0.06, 0.08]},
        ),
    ),
    landmarks=(
        Landmark(
            "flow_sharpness",
            "sharpness at the minimum that the flow reaches from the start",
            "toysim.models.oscillation.landmarks:flow_sharpness",
            ("loss_kind", "x_start", "y_start"),
        ),
        Landmark(
            "stable_rate",
            "learning rate above which that minimum is unstable",
            "toysim.models.oscillation.landmarks:stable_rate",
            ("loss_kind", "x_start", "y_start"),
            where="not where logistic and x_start = y_start in size",
            along="learning_rate",
        ),
    ),
)
