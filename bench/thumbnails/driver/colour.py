"""Colour in floating point, and the ICC profiles that the pictures for it carry.

Arrays have their channels last. CIE coordinates are relative to D50, as in ICC profiles.
"""

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
# Columns are the primaries, adapted to D50, as the profiles of these spaces have them.
SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
DISPLAY_P3 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
ADOBE_RGB = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
ADOBE_GAMMA = 563 / 256
# Grid points on each axis of the CMYK profile.
GRID = 9


def srgb_to_linear(samples: np.ndarray) -> np.ndarray:
    return np.where(samples <= 0.04045, samples / 12.92, ((samples + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(light: np.ndarray) -> np.ndarray:
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def xyz_to_srgb(xyz: np.ndarray) -> np.ndarray:
    """Returns samples from 0 to 1, each clipped for itself."""
    return linear_to_srgb(xyz @ np.linalg.inv(SRGB).T)


def p3_to_srgb(samples: np.ndarray) -> np.ndarray:
    return xyz_to_srgb(srgb_to_linear(samples) @ DISPLAY_P3.T)


def adobe_to_srgb(samples: np.ndarray) -> np.ndarray:
    return xyz_to_srgb(samples**ADOBE_GAMMA @ ADOBE_RGB.T)


def plain_cmyk_to_srgb(ink: np.ndarray) -> np.ndarray:
    """What is done where no profile says what the inks look like."""
    return (1 - ink[..., :3]) * (1 - ink[..., 3:])


def xyz_to_lab(xyz: np.ndarray) -> np.ndarray:
    ratio = xyz / D50
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def lab_to_xyz(lab: np.ndarray) -> np.ndarray:
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], axis=-1)
    return D50 * np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))


def srgb_to_lab(samples: np.ndarray) -> np.ndarray:
    return xyz_to_lab(srgb_to_linear(samples) @ SRGB.T)


def cmyk_grid() -> np.ndarray:
    """Returns Lab at each point of the profile's grid: a model of four inks on paper, without dot gain."""
    level = np.linspace(0, 1, GRID)
    ink = np.stack(np.meshgrid(level, level, level, level, indexing="ij"), axis=-1)
    # What each ink lets through of red, green and blue.
    passes = np.array([[0.05, 0.45, 0.75], [0.70, 0.06, 0.28], [0.95, 0.80, 0.06], [0.03, 0.03, 0.03]])
    light = np.prod(1 - ink[..., None] * (1 - passes), axis=-2)
    return xyz_to_lab(light @ SRGB.T)


def cmyk_to_srgb(ink: np.ndarray) -> np.ndarray:
    """Interpolates linearly between the points of the profile's grid."""
    # As the profile rounds it.
    grid = decode_lab16(encode_lab16(cmyk_grid()))
    position = np.clip(ink, 0, 1) * (GRID - 1)
    cell = np.minimum(position.astype(int), GRID - 2)
    part = position - cell
    lab = np.zeros(ink.shape[:-1] + (3,))
    for corner in np.ndindex(2, 2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=-1)
        lab += weight[..., None] * grid[tuple((cell + corner)[..., axis] for axis in range(4))]
    return xyz_to_srgb(lab_to_xyz(lab))


def encode_lab16(lab: np.ndarray) -> np.ndarray:
    """The encoding of version 2 profiles."""
    scaled = np.stack([lab[..., 0] * 652.8, (lab[..., 1] + 128) * 256, (lab[..., 2] + 128) * 256], axis=-1)
    return np.round(np.clip(scaled, 0, 65535)).astype(">u2")


def decode_lab16(encoded: np.ndarray) -> np.ndarray:
    values = encoded.astype(float)
    return np.stack([values[..., 0] / 652.8, values[..., 1] / 256 - 128, values[..., 2] / 256 - 128], axis=-1)


def delta_e_2000(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The colour difference of Sharma, Wu and Dalal, 2005."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(first, -1, 0), np.moveaxis(second, -1, 0)
    mean_chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    delta_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    hue = np.where(grey, h1 + h2, (h1 + turn / 2) % 360)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    cosine = lambda factor, offset: np.cos(np.radians(factor * hue + offset))
    t = 1 - 0.17 * cosine(1, -30) + 0.24 * cosine(2, 0) + 0.32 * cosine(3, 6) - 0.20 * cosine(4, -63)
    sl = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    l, c, h = (l2 - l1) / sl, (c2 - c1) / sc, delta_hue / sh
    return np.sqrt(l**2 + c**2 + h**2 + rotation * c * h)
