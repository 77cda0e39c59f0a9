"""How far a thumbnail is from its reference."""

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114])


def over_white(samples: np.ndarray) -> np.ndarray:
    """Returns RGB samples, those with alpha on white."""
    if samples.shape[2] == 3:
        return samples.astype(float)
    opacity = samples[..., 3:] / 255
    return samples[..., :3] * opacity + 255 * (1 - opacity)


def luma(rgb: np.ndarray) -> np.ndarray:
    return rgb @ LUMA


def psnr(difference: np.ndarray) -> float:
    """In dB, of differences between samples from 0 to 255."""
    return float(10 * np.log10(255**2 / max(np.mean(difference**2), 1e-9)))


def luma_psnr(first: np.ndarray, second: np.ndarray) -> float:
    return psnr(luma(first) - luma(second))


def chroma_psnr(first: np.ndarray, second: np.ndarray) -> float:
    """Of Cb and Cr together."""
    difference = first - second
    y = luma(difference)
    return psnr(np.stack([(difference[..., 2] - y) / 1.772, (difference[..., 0] - y) / 1.402]))


def ssim(first: np.ndarray, second: np.ndarray) -> float:
    """The mean structural similarity of luminance (Wang et al., 2004): a Gaussian window of 11 samples, deviation 1.5."""
    x, y = luma(first), luma(second)
    if min(x.shape) < 11:
        return float("nan")
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_x, mean_y = window(x), window(y)
    variance_x, variance_y = window(x * x) - mean_x**2, window(y * y) - mean_y**2
    covariance = window(x * y) - mean_x * mean_y
    similarity = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    similarity /= (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    return float(similarity.mean())


def window(plane: np.ndarray) -> np.ndarray:
    taps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        size = plane.shape[axis] - 10
        plane = sum(tap * np.take(plane, range(i, i + size), axis=axis) for i, tap in enumerate(taps))
    return plane
