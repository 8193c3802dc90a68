"""Truncated Newton method: minimises a smooth convex function, using Hessian-vector products.

SciPy's Newton-CG and trust-ncg find the same minima in about twice the time where there are
few judgements, as with each click on the page Teach.
"""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from photorank.typing import Floats

_STEPS = 100  # at most: a quadratic takes one, the losses of this package about five
_PRODUCTS = 200  # conjugate-gradient iterations in one step, at most


class Local(NamedTuple):
    """Value, gradient and Hessian-vector product of a function at one point."""

    value: float
    gradient: Floats  # (k,)
    curvature: Callable[[Floats], Floats]  # Hessian times a vector (k,)


def minimise(
    near: Callable[[Floats], Local], start: Floats, *, scale: Floats, tolerance: float
) -> Floats:
    """Minimiser (k,) of a convex function; `near` evaluates the function and its derivatives.

    `scale` (k,) guesses the Hessian's diagonal, > 0: a good guess saves products. A gradient
    whose :func:`steepness` is at most `tolerance` ends the search.
    """
    point, here = start, near(start)
    for _ in range(_STEPS):
        slope = steepness(here.gradient, scale)
        if slope <= tolerance:
            return point
        step = _newton_step(here, scale, min(0.1, float(np.sqrt(slope))) * slope)
        fall, length = float(here.gradient @ step), 1.0
        # Near the minimum the fall drowns in rounding, and any full step is fine.
        slack = 1e-13 * abs(here.value)
        while (trial := near(point + length * step)).value > (
            here.value + 1e-4 * length * fall + slack
        ):
            length /= 2
            if length < 1e-12:
                return point
        point, here = point + length * step, trial
    if steepness(here.gradient, scale) > 1e4 * tolerance:
        from sklearn.exceptions import ConvergenceWarning

        warnings.warn("the learner did not converge", ConvergenceWarning, stacklevel=2)
    return point


def steepness(gradient: Floats, scale: Floats) -> float:
    """Norm of a gradient (k,) with each squared component divided by its entry in `scale` (k,)."""
    return float(np.sqrt(gradient @ (gradient / scale)))


def _newton_step(here: Local, scale: Floats, tolerance: float) -> Floats:
    """Newton step (k,) found by conjugate gradients, preconditioned by `scale`."""
    step, residual = np.zeros_like(scale), -here.gradient
    towards = scaled = residual / scale
    energy = float(residual @ scaled)
    for _ in range(_PRODUCTS):
        product = here.curvature(towards)
        bend = float(towards @ product)
        if not bend > 0:
            break
        step = step + energy / bend * towards
        residual = residual - energy / bend * product
        scaled = residual / scale
        before, energy = energy, float(residual @ scaled)
        if np.sqrt(energy) <= tolerance:
            break
        towards = scaled + energy / before * towards
    return step
