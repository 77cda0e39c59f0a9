"""Synthetic photographs: a scene of occluding textured leaves, seen through a lens by a sensor with a colour filter.

Occluding discs whose radii follow a cubic power law ("dead leaves") have the edges, the flat areas and the 1/f spectrum
of natural scenes (Lee, Mumford and Huang, 2001). Everything else a JPEG file's size depends on comes after: blur of the
lens, depth of field, photon noise before demosaicking, denoised colour, sharpening. The same seed gives the same picture.
"""

from dataclasses import dataclass

import numpy as np

# Radii in parts of the picture's height.
LEAST_RADIUS, LARGEST_RADIUS = 1 / 64, 1 / 2
# How often the area is covered, so that what is seen are the front parts of many.
COVERAGE = 6.0


@dataclass(frozen=True)
class Camera:
    """What the sensor and the camera's software do; noise as parts of full scale, lengths in pixels."""

    photon_noise: float = 0.0009
    read_noise: float = 0.0045
    blur: float = 0.6
    sharpening: float = 1.1
    texture: float = 0.03


# A small sensor at dusk.
GRAINY = Camera(photon_noise=0.0035, read_noise=0.01)


def photo(width: int, height: int, seed: int, camera: Camera = Camera()) -> np.ndarray:
    """Returns 8-bit sRGB samples of the shape (height, width, 3)."""
    rng = np.random.default_rng(seed)
    light = scene(rng, width, height, camera.texture)
    blurred = defocus(rng, light)
    light = np.stack([gaussian(channel, camera.blur) for channel in blurred])
    return develop(rng, light, camera)


def scene(rng: np.random.Generator, width: int, height: int, texture: float) -> np.ndarray:
    """Returns linear light of the shape (3, height, width), about 0 to 1."""
    labels, count = leaves(rng, width, height)
    luminance = np.clip(rng.normal(-1.7, 0.7, count), -3.4, -0.5).astype(np.float32)
    # Two axes of colour, of which the one from blue to yellow varies more, as daylight makes it.
    warm, green = rng.normal(0, 0.22, count), rng.normal(0, 0.1, count)
    colours = np.stack([warm, green - 0.3 * warm, -warm]).astype(np.float32)
    slopes = rng.normal(0, 0.5 / height, (2, count)).astype(np.float32)
    # Some surfaces are smooth, some are rough.
    roughness = (texture * rng.gamma(1.2, 1.0, count)).astype(np.float32)

    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    level = luminance[labels]
    level += slopes[0][labels] * (x - width / 2) + slopes[1][labels] * (y - height / 2)
    level += roughness[labels] * noise(rng, width, height, 1.05)
    level += 0.35 * noise(rng, width, height, 2.0)
    tint = 0.05 * noise(rng, width, height, 1.4)
    light = np.empty((3, height, width), np.float32)
    for channel, sign in enumerate((1.0, 0.1, -1.0)):
        np.exp(level + colours[channel][labels] + sign * tint, out=light[channel])
    return np.minimum(light, 1.15, out=light)


def leaves(rng: np.random.Generator, width: int, height: int) -> tuple[np.ndarray, int]:
    """Paints ellipses over one another and returns which one is seen where, and how many there are."""
    least, largest = max(1.5, LEAST_RADIUS * height), LARGEST_RADIUS * height
    mean_area = 2 * np.pi * least**2 * np.log(largest / least)
    count = int(COVERAGE * width * height / mean_area) + 1
    # The inverse of the distribution function of a density of r^-3.
    uniform = rng.random(count)
    radii = 1 / np.sqrt(uniform / largest**2 + (1 - uniform) / least**2)
    # Otherwise a large one at the end would hide everything.
    radii[count // 2 :] = np.minimum(radii[count // 2 :], largest / 4)
    centres = rng.random((count, 2)) * (width, height)
    aspects, angles = rng.uniform(0.45, 1.0, count), rng.uniform(0, np.pi, count)
    labels = np.zeros((height, width), np.int32)
    for label in range(1, count):
        cx, cy = centres[label]
        r, aspect = radii[label], aspects[label]
        x0, x1 = max(0, int(cx - r)), min(width, int(cx + r) + 2)
        y0, y1 = max(0, int(cy - r)), min(height, int(cy + r) + 2)
        dx = np.arange(x0, x1, dtype=np.float32) - np.float32(cx)
        dy = (np.arange(y0, y1, dtype=np.float32) - np.float32(cy))[:, None]
        c, s = np.float32(np.cos(angles[label])), np.float32(np.sin(angles[label]))
        along, across = c * dx + s * dy, (c * dy - s * dx) / np.float32(aspect)
        labels[y0:y1, x0:x1][along * along + across * across <= r * r] = label
    return labels, count


def noise(rng: np.random.Generator, width: int, height: int, exponent: float) -> np.ndarray:
    """Returns a field of standard deviation 1 whose amplitudes fall with the frequency to this power."""
    white = rng.standard_normal((height, width), dtype=np.float32)
    spectrum = np.fft.rfft2(white)
    fy = np.fft.fftfreq(height).astype(np.float32)[:, None]
    fx = np.fft.rfftfreq(width).astype(np.float32)[None, :]
    frequency = np.hypot(fx, fy)
    frequency[0, 0] = np.inf
    # Nothing is larger than half the picture.
    spectrum *= np.maximum(frequency, np.float32(1 / height)) ** np.float32(-exponent)
    field = np.fft.irfft2(spectrum, s=(height, width)).astype(np.float32, copy=False)
    field -= field.mean()
    return np.divide(field, field.std(), out=field)


def defocus(rng: np.random.Generator, light: np.ndarray) -> np.ndarray:
    """Blurs about a third of the picture, as a lens does with what is nearer or farther."""
    _, height, width = light.shape
    distance = noise(rng, width, height, 2.4)
    share = np.clip((distance - 0.3) * 3, 0, 1)
    radius = height / 550
    return np.stack([channel + share * (gaussian(channel, radius) - channel) for channel in light])


def gaussian(plane: np.ndarray, sigma: float) -> np.ndarray:
    """Returns the plane convolved with a Gaussian, its edge repeated."""
    reach = max(1, int(np.ceil(3 * sigma)))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    taps /= taps.sum()
    for axis in (0, 1):
        padded = np.pad(plane, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        size = plane.shape[axis]
        total = np.zeros_like(plane)
        for index, tap in enumerate(taps):
            total += tap * (padded[index : index + size] if axis == 0 else padded[:, index : index + size])
        plane = total
    return plane


def develop(rng: np.random.Generator, light: np.ndarray, camera: Camera) -> np.ndarray:
    """Samples light through a Bayer filter with noise, and makes of it what a camera does."""
    red, green, blue = light
    _, height, width = light.shape
    mosaic = green.copy()
    mosaic[0::2, 0::2], mosaic[1::2, 1::2] = red[0::2, 0::2], blue[1::2, 1::2]
    spread = np.sqrt(camera.photon_noise * np.maximum(mosaic, 0) + camera.read_noise**2)
    mosaic += spread * rng.standard_normal((height, width), dtype=np.float32)
    rgb = np.clip(demosaic(mosaic), 0, 1)
    rgb = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055).astype(np.float32)
    luma = np.tensordot(np.float32([0.299, 0.587, 0.114]), rgb, 1)
    rgb += np.float32(camera.sharpening) * (luma - gaussian(luma, 0.8))
    return np.ascontiguousarray(np.clip(rgb * 255 + 0.5, 0, 255).astype(np.uint8).transpose(1, 2, 0))


def demosaic(mosaic: np.ndarray) -> np.ndarray:
    """Interpolates colour differences smoothly, and takes luminance from every photosite."""
    rows, columns = np.arange(mosaic.shape[0])[:, None] % 2, np.arange(mosaic.shape[1])[None, :] % 2
    masks = [weight.astype(np.float32) for weight in ((rows + columns == 0), rows != columns, (rows + columns == 2))]
    rgb = np.stack([neighbours(mosaic * weight) / neighbours(weight) for weight in masks])
    grey = rgb.mean(axis=0)
    colour = np.stack([gaussian(channel - grey, 1.2) for channel in rgb])
    luma = mosaic - sum(weight * channel for weight, channel in zip(masks, colour))
    return luma + colour


def neighbours(plane: np.ndarray) -> np.ndarray:
    """Returns the sum around each sample, weighted 1 2 1 both ways."""
    padded = np.pad(plane, 1, mode="reflect")
    lines = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    return lines[:, :-2] + 2 * lines[:, 1:-1] + lines[:, 2:]
