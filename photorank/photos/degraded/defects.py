"""Simulated photographic defects (blur, noise, tilt, …), each at four severities."""

import io
import math
import zlib
from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from photorank.typing import Floats

SEVERITIES = (1, 2, 3, 4)
_GRAIN_SIDE = 640  # long side in pixels below which a noise grain is one pixel
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB (ITU-R BT.709)

# sRGB's curve (IEC 61966-2-1) both ways as tables: 65,536 steps are finer than its darkest one.
_SRGB = np.arange(256) / 255
_LIGHT_OF_SRGB = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)
_LIGHT = np.arange(65_536) / 65_535
_SRGB_OF_LIGHT = np.rint(
    255 * np.where(_LIGHT <= 0.0031308, 12.92 * _LIGHT, 1.055 * _LIGHT ** (1 / 2.4) - 0.055)
).astype(np.uint8)


def degraded(photo: Image.Image, defect: str, severity: int, *, seed: int) -> Image.Image:
    """Copy of a photo with a simulated defect, at severity 1 (just visible) to 4 (spoilt).

    Strengths in pixels grow with the photo. Random parts, such as the direction of a shake, depend
    on the seed and the defect alone: the severities of one seed differ in strength only.
    """
    rng = np.random.default_rng([seed, zlib.crc32(defect.encode())])
    return DEFECTS[defect](photo, severity, rng)


def turned(photo: Image.Image, degrees: float) -> Image.Image:
    """Photo rotated by `degrees`, zoomed so no corner is empty, and cropped to its old size."""
    width, height = photo.size
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    zoom = 1 / (cos + abs(sin) * max(width / height, height / width))
    cos, sin = zoom * cos, zoom * sin
    # Pillow asks for the map from the new picture's points to the old one's, here about the centre.
    x, y = width / 2, height / 2
    back = (cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y)
    return photo.transform(photo.size, Image.Transform.AFFINE, back, Image.Resampling.BICUBIC)


def exposed(photo: Image.Image, stops: float) -> Image.Image:
    """Photo with its exposure changed by `stops` (positive: brighter), clipped at white."""
    return _srgb_photo(_linear(photo) * np.float32(2**stops))


def _defocus(photo: Image.Image, severity: int, rng: Generator) -> Image.Image:
    """Photo blurred by a disc or a Gaussian, chosen at random.

    The Gaussian has the same variance as the disc.
    """
    radius = _level(severity, 0.004, 0.008, 0.0125, 0.018) * max(photo.size)
    reach = math.ceil(1.5 * radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(x, y)
    if rng.random() < 0.5:
        return _convolved(photo, np.clip(radius + 0.5 - distance, 0, 1))
    return _convolved(photo, np.exp(-2 * (distance / radius) ** 2))


def _shake(photo: Image.Image, severity: int, rng: Generator) -> Image.Image:
    """Photo with the motion blur of a moving camera, along a slightly curved line."""
    length = _level(severity, 0.008, 0.016, 0.027, 0.042) * max(photo.size)
    angle, bend = rng.uniform(0, math.pi), rng.uniform(-0.6, 0.6)
    along = np.linspace(-0.5, 0.5, 257)
    across = bend * (along**2 - 1 / 12)  # of mean 0: the picture stays where it is
    x = length * (along * math.cos(angle) - across * math.sin(angle))
    y = length * (along * math.sin(angle) + across * math.cos(angle))
    reach = math.ceil(length)
    edges = np.arange(-reach, reach + 2) - 0.5
    return _convolved(photo, np.histogram2d(y, x, bins=(edges, edges))[0])


def _noise(photo: Image.Image, severity: int, rng: Generator) -> Image.Image:
    """Photo with simulated shot and read noise of a sensor, most visible in shadows."""
    light = _linear(photo)
    height, width, _ = light.shape
    grain = max(1, round(max(photo.size) / _GRAIN_SIDE))
    drawn = rng.standard_normal((-(-height // grain), -(-width // grain), 3), dtype=np.float32)
    drawn = drawn.repeat(grain, axis=0).repeat(grain, axis=1)[:height, :width]
    photons = _level(severity, 500, 150, 50, 18)  # that make the brightest white
    return _srgb_photo(light + drawn * np.sqrt(light / photons + (1.5 / photons) ** 2))


def _underexposure(photo: Image.Image, severity: int, rng: Generator) -> Image.Image:
    """Photo darkened by a number of stops that grows with severity."""
    return exposed(photo, -_level(severity, 0.7, 1.4, 2.3, 3.3))


def _overexposure(photo: Image.Image, severity: int, rng: Generator) -> Image.Image:
    """Photo brightened by a number of stops that grows with severity, clipped at white."""
    return exposed(photo, _level(severity, 0.5, 1.0, 1.6, 2.3))


def _colour_cast(photo: Image.Image, severity: int, rng: Generator) -> Image.Image:
    """Photo with its white balance shifted in a random direction, at unchanged brightness."""
    stops = _level(severity, 0.2, 0.4, 0.7, 1.1)
    angle = rng.uniform(0, 2 * math.pi)
    warm, green = math.cos(angle), 0.6 * math.sin(angle)  # lamps differ less in green
    gains = 2 ** (stops * np.array([warm, green, -warm]))
    return _srgb_photo(_linear(photo) * (gains / (gains @ _LUMINANCE)).astype(np.float32))


def _jpeg_compression(photo: Image.Image, severity: int, rng: Generator) -> Image.Image:
    """Photo after JPEG compression, at a quality that falls with severity."""
    quality = int(_level(severity, 35, 20, 11, 5))
    return Image.open(io.BytesIO(jpeg_file(photo, quality))).convert("RGB")


def _tilt(photo: Image.Image, severity: int, rng: Generator) -> Image.Image:
    """Photo rotated left or right (at random) by an angle that grows with severity."""
    return turned(photo, _level(severity, 1.5, 3.0, 5.5, 9.0) * rng.choice([-1, 1]))


DEFECTS: dict[str, Callable[[Image.Image, int, Generator], Image.Image]] = {
    "defocus": _defocus,
    "shake": _shake,
    "noise": _noise,
    "underexposure": _underexposure,
    "overexposure": _overexposure,
    "colour-cast": _colour_cast,
    "jpeg": _jpeg_compression,
    "tilt": _tilt,
}


def _level(severity: int, *levels: float) -> float:
    """Strength of a defect: the value in `levels` for a severity from 1 to 4."""
    return levels[SEVERITIES.index(severity)]


def _convolved(photo: Image.Image, kernel: Floats) -> Image.Image:
    """Photo blurred by a kernel (k, k) of odd size k: a convolution in linear light."""
    from scipy.signal import fftconvolve

    reach = len(kernel) // 2
    light = np.pad(_linear(photo), ((reach, reach), (reach, reach), (0, 0)), mode="symmetric")
    kernel = (kernel / kernel.sum()).astype(np.float32)[:, :, None]
    return _srgb_photo(fftconvolve(light, kernel, mode="valid", axes=(0, 1)))


def _linear(photo: Image.Image) -> NDArray[np.float32]:
    """Linear RGB values (h, w, 3), 0 to 1, of an sRGB photo."""
    return _LIGHT_OF_SRGB[np.asarray(photo)]


def _srgb_photo(light: NDArray[np.floating]) -> Image.Image:
    """Photo in sRGB made from linear RGB values (h, w, 3), clipped at white."""
    steps = np.rint(np.clip(light, 0, 1) * (len(_SRGB_OF_LIGHT) - 1)).astype(np.uint16)
    return Image.fromarray(_SRGB_OF_LIGHT[steps])


def jpeg_file(photo: Image.Image, quality: int) -> bytes:
    """Photo as the bytes of a JPEG file, at a quality from 1 to 100."""
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=quality)
    return file.getvalue()
