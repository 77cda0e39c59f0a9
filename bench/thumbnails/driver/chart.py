"""Charts of patches, from which the colours of a thumbnail can be read whatever its size.

Each patch is a ramp of a few steps up and down from its colour, in another direction for each channel. So what JPEG and 8 bits
round is rounded up here and down there and is gone from the mean, which it would be in for good if the patch were flat: then a
step of the quantisation could not be told from an error of colour.
"""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from . import colour, icc

COLUMNS, ROWS, PATCH = 10, 8, 200
# How far a ramp goes up and down.
RAMP = 10 / 255
# Directions of the channels' ramps, down and across, so that neither luminance nor a colour difference is flat.
DIRECTIONS = np.array([(0, 1), (1, 0), (0, -1), (0.5, 0.5)])


def rgb() -> np.ndarray:
    """Returns a colour for each patch: a grid of 4 × 4 × 4, greys, and pastels; samples from 0 to 1, with room for the ramps."""
    level = np.linspace(RAMP, 1 - RAMP, 4)
    grid = np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1).reshape(-1, 3)
    greys = np.linspace(0.04, 0.96, 9)[:, None].repeat(3, axis=1)
    pastels = np.random.default_rng(11).uniform(0.3, 0.8, (ROWS * COLUMNS - len(grid) - len(greys), 3))
    return np.concatenate([grid, greys, pastels])


def inks() -> np.ndarray:
    """Returns cyan, magenta, yellow and black for each patch, from 0 to 1, at points of the profile's grid.

    None is near black, where little of the ramps would be left.
    """
    most = colour.GRID - 3
    steps = np.random.default_rng(12).integers(0, [most + 1, most + 1, most + 1, colour.GRID // 2 + 1], (ROWS * COLUMNS, 4))
    steps[:, 3] = np.where(np.arange(len(steps)) % 4, 0, steps[:, 3])
    return steps / (colour.GRID - 1)


def painted(patches: np.ndarray) -> np.ndarray:
    """Returns samples of the shape (height, width, channels), from 0 to 1."""
    small = patches.reshape(ROWS, COLUMNS, -1)
    large = small.repeat(PATCH, axis=0).repeat(PATCH, axis=1)
    along = np.linspace(-RAMP, RAMP, PATCH)
    down, across = np.tile(along, ROWS)[:, None], np.tile(along, COLUMNS)[None, :]
    ramps = [down * y + across * x for y, x in DIRECTIONS[: large.shape[2]]]
    return np.clip(large + np.stack(ramps, axis=-1), 0, 1)


def middles(samples: np.ndarray) -> np.ndarray:
    """Returns the mean of the middle of each patch; `samples` may be of any size."""
    height, width = samples.shape[:2]
    means = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            y = slice(int(height * (row + 0.2) / ROWS), int(np.ceil(height * (row + 0.8) / ROWS)))
            x = slice(int(width * (column + 0.2) / COLUMNS), int(np.ceil(width * (column + 0.8) / COLUMNS)))
            means.append(samples[y, x].mean(axis=(0, 1)))
    return np.array(means)


def jpeg(mode: str, patches: np.ndarray, profile: bytes | None) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        samples = np.uint8(np.round(painted(patches) * 255))
        Image.fromarray(samples, mode).save(path, quality=95, subsampling="4:4:4", icc_profile=profile)

    return make


def deep_png(patches: np.ndarray, profile: bytes | None) -> Callable[[Path], None]:
    """Writes 16 bits a sample, which Pillow does not."""

    def make(path: Path) -> None:
        samples = np.round(painted(patches) * 65535).astype(">u2")
        height, width = samples.shape[:2]
        rows = b"".join(b"\0" + row.tobytes() for row in samples)
        parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))]
        if profile:
            parts.append((b"iCCP", b"profile\0\0" + zlib.compress(profile)))
        parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
        chunks = (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
        )
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))

    return make


CHARTS = [
    ("chart-srgb.jpg", "chart, JPEG, sRGB", jpeg("RGB", rgb(), None)),
    ("chart-p3.jpg", "chart, JPEG, Display P3", jpeg("RGB", rgb(), icc.display_p3())),
    ("chart-adobe.jpg", "chart, JPEG, Adobe RGB", jpeg("RGB", rgb(), icc.adobe_rgb())),
    ("chart-cmyk.jpg", "chart, JPEG, CMYK with a profile", jpeg("CMYK", inks(), icc.cmyk())),
    ("chart-plain-cmyk.jpg", "chart, JPEG, CMYK without a profile", jpeg("CMYK", inks(), None)),
    ("chart-16.png", "chart, 16-bit PNG", deep_png(rgb(), None)),
    ("chart-16-p3.png", "chart, 16-bit PNG, Display P3", deep_png(rgb(), icc.display_p3())),
]

# From samples of 0 to 1, as the file has them, to sRGB.
CONVERSIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "chart-p3.jpg": colour.p3_to_srgb,
    "chart-adobe.jpg": colour.adobe_to_srgb,
    "chart-cmyk.jpg": colour.cmyk_to_srgb,
    "chart-plain-cmyk.jpg": colour.plain_cmyk_to_srgb,
    "chart-16-p3.png": colour.p3_to_srgb,
}
