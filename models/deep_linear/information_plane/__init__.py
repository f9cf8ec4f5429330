"""The information plane of a two-layer linear network with Gaussian data: exact, with the bound of
the information bottleneck, and with the condition under which such a network compresses at all.
"""

from toysim.model import Check, Discretisation, Landmark, Model, Observable
from toysim.models.deep_linear.information_plane.parameters import InformationPlaneParameters
from toysim.records import Clock, course

TIME = Clock("time", "flow time", end=lambda p: p.duration)

_EQUATIONS = """\
y = S x + noise, Var s_y^2, x ~ N(0, 1); T = W1 x + N(0, tau^2); descent on |y - W2 W1 x|^2/2
u_k squared singular values of W1: balanced s u0/(u0 + (s - u0) e^(-2 s t)), of s = 0
u0/(1 + 2 u0 t); zero readout (u0 + sqrt(u0^2 + 4 K^2))/2, K' = sqrt(u0^2 + 4 K^2)(s - K), K(0) = 0
v = u/tau^2, R^2 = s^2/(s^2 + s_y^2):  I(X;T) = sum ln(1 + v)/2, I(T;Y) = -sum ln(1 - R^2 v/(1+v))/2
bound: I_k = max(0, ln(R^2/(1 - R^2)) + l)/2, l fixed by the sum of the I_k
balanced: I(X;T) falls at first iff u0 > mean of the strengths, zeros included"""

INFORMATION_PLANE = Model(
    id="deep_linear.information_plane",
    title="information plane of a two-layer linear network, exact, with the bottleneck bound",
    parameters_class=InformationPlaneParameters,
    clock=TIME,
    observables=(
        course("information_input", "I(X;T), of input and hidden layer", "nat"),
        course("information_label", "I(T;Y), of hidden layer and label", "nat"),
        course("bound", "largest I(T;Y) at that I(X;T)", "nat"),
        # Over a million steps a run's rounding adds up to 1e-10 of what it holds.
        Observable(
            "compression",
            "share of the largest recorded I(X;T) that is lost at the last record",
            scale=0.1,
            atol=1e-9,
        ),
        Observable("gap", "bound less I(T;Y) at the last record", "nat", scale=0.1, atol=1e-9),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    paired=True,
    theory_ignores=("width",),
    discretisation=Discretisation("learning_rate", 1, lambda p: True),
    equations=_EQUATIONS,
    sources=("arXiv:1703.00810", "derived"),
    seconds=lambda p: (
        1e-3 + p.duration / p.learning_rate * (1e-6 + 1e-9 * p.width * len(p.strengths) ** 2)
    ),
    theory_seconds=lambda p: 2e-3,
    checks=(
        Check(
            {"n_records": 6, "duration": 3.0, "learning_rate": 0.001, "start_strength": 0.02},
            {"readout": ["balanced", "zero"]},
        ),
    ),
    landmarks=(
        Landmark(
            "compressing_start",
            "strength of a balanced start above which I(X;T) falls at first: the mean strength",
            f"{__name__}.law:compressing_start",
            ("strengths",),
        ),
    ),
    version=2,
)
