"""Truncated Newton: minimise a smooth convex function from Hessian-vector products alone."""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from photorank.typing import Floats

# A quadratic takes one step, the losses of this package about five.
_STEPS = 100
_PRODUCTS = 200  # conjugate-gradient iterations in one step


class Local(NamedTuple):
    """A function near one point."""

    value: float
    gradient: Floats  # (k,)
    curvature: Callable[[Floats], Floats]  # Hessian times a vector (k,)


def minimise(
    near: Callable[[Floats], Local], start: Floats, *, scale: Floats, tolerance: float
) -> Floats:
    """Return the point (k,) where a convex function is least.

    Parameters
    ----------
    near : callable
        Describes the function around a point (k,).
    start : ndarray of shape (k,)
    scale : ndarray of shape (k,)
        A guess at the Hessian's diagonal, > 0; the better it is, the fewer
        products are needed.
    tolerance : float
        Ends when the gradient's norm, in units of the scale (see
        :func:`steepness`), is at most this.
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
    """Return the gradient's norm after the coordinates were scaled to curvature 1."""
    return float(np.sqrt(gradient @ (gradient / scale)))


def _newton_step(here: Local, scale: Floats, tolerance: float) -> Floats:
    """Solve Hessian · step = −gradient by conjugate gradients, preconditioned by the scale."""
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
