"""What a thumbnail should look like: every pixel decoded, brought to sRGB, and resized with Lanczos3, in floating point."""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from . import chart, colour
from .inputs import Input

Image.MAX_IMAGE_PIXELS = None
# Lines that are worked on at a time.
STRIP = 256


class Reference:
    """The whole picture, from which references of any size are made. Samples are sRGB from 0 to 255."""

    made: dict[tuple, np.ndarray] = {}

    def __init__(self, path: Path, picture: Input) -> None:
        with Image.open(path) as file:
            self.samples = np.asarray(file.convert("RGBA" if picture.output == "png" else "RGB"))
        self.convert = colour.p3_to_srgb if "display-p3" in picture.tags else None
        # Several files have the same pixels.
        self.identity = hashlib.blake2b(np.ascontiguousarray(self.samples)).digest(), self.convert

    def sized(self, width: int, height: int) -> np.ndarray:
        """Returns samples of the shape (height, width, channels); those with alpha are not premultiplied."""
        key = self.identity, width, height
        if key not in Reference.made:
            Reference.made[key] = self._resize(width, height)
        return Reference.made[key]

    def _resize(self, width: int, height: int) -> np.ndarray:
        lines = np.empty((self.samples.shape[0], width, self.samples.shape[2]))
        for top in range(0, len(lines), STRIP):
            strip = self._strip(self.samples[top : top + STRIP])
            lines[top : top + STRIP] = lanczos(strip.swapaxes(0, 1), width).swapaxes(0, 1)
        resized = lanczos(lines, height)
        if resized.shape[2] == 4:
            opacity = np.clip(resized[..., 3:], 0, 255)
            resized = np.concatenate([resized[..., :3] * 255 / np.maximum(opacity, 1e-3), opacity], axis=2)
        return np.clip(resized, 0, 255)

    def _strip(self, samples: np.ndarray) -> np.ndarray:
        strip = samples.astype(float)
        if strip.shape[2] == 4:
            strip[..., :3] *= strip[..., 3:] / 255
        return self.convert(strip / 255) * 255 if self.convert else strip


def lanczos(samples: np.ndarray, size: int) -> np.ndarray:
    """Resizes along the first axis, with the kernel widened by the ratio of the sizes; the edge is cut off, not repeated."""
    source = len(samples)
    ratio = source / size
    # Only ever smaller.
    reach = 3 * max(ratio, 1.0)
    resized = np.empty((size,) + samples.shape[1:])
    for index in range(size):
        centre = (index + 0.5) * ratio
        first, last = max(0, int(centre - reach + 0.5)), min(source, int(centre + reach + 0.5))
        offset = (np.arange(first, last) + 0.5 - centre) / max(ratio, 1.0)
        weights = np.where(np.abs(offset) < 3, np.sinc(offset) * np.sinc(offset / 3), 0)
        resized[index] = np.tensordot(weights / weights.sum(), samples[first:last], 1)
    return resized


def chart_samples(path: Path, picture: Input) -> np.ndarray:
    """Returns a chart as its file and profile have it: sRGB samples from 0 to 1."""
    if path.suffix == ".png":
        import imagecodecs

        samples = imagecodecs.png_decode(path.read_bytes()) / 65535
    else:
        with Image.open(path) as file:
            samples = np.asarray(file) / 255
    convert = chart.CONVERSIONS.get(picture.name, lambda samples: samples)
    return np.concatenate([convert(samples[top : top + STRIP]) for top in range(0, len(samples), STRIP)])
