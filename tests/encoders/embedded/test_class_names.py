"""Weights of ImageNet's classes for a text."""

import numpy as np
import pytest

from photorank.encoders.embedded.class_names import CLASS_FORM, class_weights

pytestmark = pytest.mark.slow


def test_similarities_are_means_over_the_forms_of_a_text():
    """Their logarithms are means, too, but for a constant; braces in a text are no places."""
    texts = ["dog", "a {cat} at {0}"]
    alone, framed, both = (
        np.log(class_weights(texts, "cpu", forms=forms))
        for forms in (["{}"], [CLASS_FORM], ["{}", CLASS_FORM])
    )
    mean = (alone + framed) / 2
    np.testing.assert_allclose(both, mean - mean.max(axis=1, keepdims=True), atol=1e-4)
    assert np.abs(alone - framed).max() > 0.1
