"""Eight-bit networks, quantised by NNCF and calibrated on the user's own photos."""

import io
import logging
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib.util import find_spec
from typing import Any

import numpy as np

from photorank.encoders.openvino_towers import openvino
from photorank.errors import MissingExtraError
from photorank.typing import Frames

# Share of an outlier's size that moves into the weights (Xiao et al. 2023,
# https://doi.org/10.48550/arXiv.2211.10438).
_SMOOTHQUANT_ALPHA = 0.65


def quantised(model: Any, frames: Sequence[Frames]) -> Any:
    """OpenVINO model with weights and activations in 8 bits.

    The activations of `frames` (h, w, 3) set the ranges. Raises MissingExtraError if NNCF
    is not installed.
    """
    if find_spec("nncf") is None:
        raise MissingExtraError("the runtime openvino-int8", "openvino")
    openvino()  # first, for it silences the reports of both
    with redirect_stdout(io.StringIO()):  # its progress bars would end up in machine output
        import nncf
        from nncf.quantization.advanced_parameters import (
            AdvancedQuantizationParameters,
            AdvancedSmoothQuantParameters,
        )
        from nncf.quantization.range_estimator import RangeEstimatorParametersSet

        logging.getLogger("nncf").setLevel(logging.ERROR)
        return nncf.quantize(
            model,
            nncf.Dataset([frame[np.newaxis] for frame in frames]),
            subset_size=len(frames),
            preset=nncf.QuantizationPreset.MIXED,
            model_type=nncf.ModelType.TRANSFORMER if _attends(model) else None,
            # The whole range that any photo needs, not the mean photo's, and half of attention's
            # outliers moved into the weights: what is unlike all photos that calibrated keeps
            # a cosine of 0.9998 with its embedding instead of 0.998.
            advanced_parameters=AdvancedQuantizationParameters(
                activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX,
                smooth_quant_alphas=AdvancedSmoothQuantParameters(matmul=_SMOOTHQUANT_ALPHA),
            ),
        )


def _attends(model: Any) -> bool:
    """True if a model has attention layers, which need NNCF's scheme for transformers."""
    kinds = {operation.get_type_name() for operation in model.get_ordered_ops()}
    return bool(kinds & {"ScaledDotProductAttention", "Softmax"})
