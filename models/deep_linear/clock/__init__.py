"""The competition of pathways for a mode solved on its own clock: no time stepping, only roots and
one-dimensional integrals.

In the coordinate x of ``coordinate`` every open pathway moves alike, dx_p/dt = Omega, and a frozen
one stands still. With s the distance moved in a phase, the residual is a function of s alone,

    Omega(s) = S - K_frozen - sum_(p open) K(x_p + s),      dOmega/ds = -(sum of sharpnesses) <= 0

so the phase would end at the root Omega(s*) = 0, which is algebraic, and its time is t(s) = int_0^s
ds'/Omega. The pole at s* goes with s = s*(1 - exp(-v)): dt/dv = (s* - s)/Omega is smooth, and tends
to 1/lambda at the root. It is integrated panel by panel in v (each shrinks s* - s by a factor) and
inverted by Newton. A phase without a root (frozen pathways hold S or more, open ones have c = 0 and
shrink for ever) runs on s = w0 (1 - exp(v)) with w0 > 0 the leading pathway's own scale; both are s
= w0 (1 - exp(-kappa v)).

The pathways' distances in x are carried along, not the coordinates alone: at small starts x is
large (p0^(2-D)), and the distances, which decide who wins, would drown in its rounding. For the
same reason they are counted from the pathway of least |x|.

Derived from the flow of arXiv:2308.12221 for one-number pathways, any c >= 0. Theory alone reads
this folder.
"""
