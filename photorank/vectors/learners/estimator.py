"""Estimator base class that follows scikit-learn's interface without importing scikit-learn."""

from inspect import signature
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from photorank.typing import Floats

# What is compared by value; other parameters are the same if they are one object.
_COMPARED = (bool, int, float, str, np.ndarray)


class Estimator:
    """Base class with the parameter methods, tags and input checks that scikit-learn expects.

    scikit-learn asks an estimator for these methods, not for a common base class. It checks what
    is no plain array of floats, and is loaded when such comes.
    """

    n_features_in_: int

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return list(signature(cls).parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Constructor parameters by name."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **parameters: Any) -> Self:
        """Change parameters by name, and return the estimator."""
        known = self._parameter_names()
        for name, value in parameters.items():
            if name not in known:
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}: {known}")
            setattr(self, name, value)
        return self

    def unfitted(self) -> Self:
        """New unfitted estimator with the same parameters."""
        return type(self)(**self.get_params())

    def same_as(self, other: "Estimator") -> bool:
        """True if another estimator has the same class and parameters."""
        its = other.get_params()
        return type(self) is type(other) and all(
            value is its[name]
            or (isinstance(value, _COMPARED) and np.array_equal(value, its[name]))
            for name, value in self.get_params().items()
        )

    def __repr__(self) -> str:
        usual = signature(type(self)).parameters
        told = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if not np.array_equal(value, usual[name].default)
        ]
        return f"{type(self).__name__}({', '.join(told)})"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import Tags, TargetTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=True))

    def _validated(
        self, X: ArrayLike, precisions: tuple[type, ...], *, reset: bool = False
    ) -> Floats:
        """Embeddings (n, d), checked to be finite floats and to have the fitted dimension.

        With `reset`, any dimension is accepted and becomes the fitted one.

        Raises ValueError for anything else, TypeError for what is no array of numbers.
        """
        if isinstance(X, np.ndarray) and self._is_plain(X):
            if reset:
                self.n_features_in_ = X.shape[1]
            if self.n_features_in_ == X.shape[1]:
                return X if X.dtype.type in precisions else X.astype(precisions[0])
        from sklearn.utils.validation import validate_data

        return validate_data(self, X, reset=reset, dtype=precisions)

    def _is_plain(self, X: Floats) -> bool:
        if hasattr(self, "feature_names_in_") or X.ndim != 2 or X.dtype.kind != "f":
            return False
        return X.size > 0 and bool(np.isfinite(X.sum()))
