"""How good the thumbnails are, beside the best that their encoding allows."""

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from . import chart, colour, metrics
from .candidates import Worker
from .inputs import Input
from .reference import Reference, chart_samples, lanczos

sys.path.append(str(Path(__file__).parent.parent / "workers"))
from protocol import EDGES, QUALITY, subsampling  # noqa: E402

# The names under which ceilings stand beside the candidates.
LIBJPEG, OWN_ENCODER = "ceiling", "own-ceiling"


@dataclass(frozen=True)
class Quality:
    """One thumbnail: PSNR in dB and SSIM against the reference, and the size of its file."""

    width: int
    height: int
    luma_psnr: float
    ssim: float
    chroma_psnr: float
    bytes: int


# For each picture, candidate and edge.
Qualities = dict[tuple[str, str, int], Quality]


def compare(data: bytes, reference: Reference) -> Quality:
    with Image.open(io.BytesIO(data)) as file:
        samples = np.asarray(file.convert("RGBA" if file.mode in ("RGBA", "LA", "PA", "P") else "RGB"))
    height, width = samples.shape[:2]
    wanted, made = metrics.over_white(reference.sized(width, height)), metrics.over_white(samples)
    return Quality(
        width,
        height,
        metrics.luma_psnr(wanted, made),
        metrics.ssim(wanted, made),
        metrics.chroma_psnr(wanted, made),
        len(data),
    )


def encoded(samples: np.ndarray, edge: int, extension: str) -> bytes:
    """Returns the reference as a file of the kind and quality of the thumbnails, written by Pillow."""
    image = Image.fromarray(np.uint8(np.round(samples)))
    data = io.BytesIO()
    if extension == "png":
        image.save(data, "png")
    else:
        image.save(data, "jpeg", quality=QUALITY, subsampling=subsampling(edge), optimize=True)
    return data.getvalue()


def of_photos(pictures: list[Input], folder: Path, thumbnails: Path, names: list[str], tintype: Worker | None) -> Qualities:
    """Compares what `measure.times` has kept under `thumbnails`; pictures without a reference are left out."""
    found: Qualities = {}
    for picture in pictures:
        if picture.tags & {"no-reference", "chart"}:
            continue
        reference = Reference(folder / picture.name, picture)
        for edge in EDGES:
            sizes = set()
            for name in names:
                path = thumbnails / name / picture.name / f"{edge}.{picture.output}"
                if path.exists():
                    quality = found[picture.name, name, edge] = compare(path.read_bytes(), reference)
                    sizes.add((quality.width, quality.height))
            if not sizes:
                continue
            # Candidates may round one side differently; the ceiling is for the first, which is tintype when it is among them.
            first = next(found[picture.name, name, edge] for name in names if (picture.name, name, edge) in found)
            samples = reference.sized(first.width, first.height)
            data = encoded(samples, edge, picture.output)
            found[picture.name, LIBJPEG, edge] = compare(data, reference)
            if tintype:
                data = own_encoder(tintype, samples, edge, picture, thumbnails / OWN_ENCODER / picture.name)
                found[picture.name, OWN_ENCODER, edge] = compare(data, reference)
        print(f"compared {picture.name}", flush=True)
    return found


def own_encoder(tintype: Worker, samples: np.ndarray, edge: int, picture: Input, folder: Path) -> bytes:
    """Returns the reference as tintype encodes it: a PNG of the size of the thumbnail is not resized."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"reference-{edge}.png"
    Image.fromarray(np.uint8(np.round(samples))).save(source)
    tintype.make(source, picture, 1, folder)
    return (folder / f"{edge}.{picture.output}").read_bytes()


def of_charts(pictures: list[Input], folder: Path, thumbnails: Path, names: list[str]) -> dict[tuple[str, str], float]:
    """Returns for each chart and candidate the largest colour difference (ΔE2000) of a patch, at the largest size.

    Smaller thumbnails have too few blocks in a patch for a mean that is free of their quantisation.
    """
    found = {}
    for picture in pictures:
        if "chart" not in picture.tags:
            continue
        samples = chart_samples(folder / picture.name, picture)
        wanted = colour.srgb_to_lab(chart.middles(samples))
        for name in names:
            path = thumbnails / name / picture.name / f"{EDGES[0]}.{picture.output}"
            if path.exists():
                found[picture.name, name] = worst_patch(path.read_bytes(), wanted)
        saved = encoded(shrunk(samples, EDGES[0]) * 255, EDGES[0], picture.output)
        found[picture.name, LIBJPEG] = worst_patch(saved, wanted)
        print(f"compared {picture.name}", flush=True)
    return found


def shrunk(samples: np.ndarray, edge: int) -> np.ndarray:
    """Resizes what is wider than high."""
    height, width = round(samples.shape[0] * edge / samples.shape[1]), edge
    return np.clip(lanczos(lanczos(samples, height).swapaxes(0, 1), width).swapaxes(0, 1), 0, 1)


def worst_patch(data: bytes, wanted: np.ndarray) -> float:
    """Returns the largest colour difference of a patch of the chart in `data` to the Lab coordinates in `wanted`."""
    with Image.open(io.BytesIO(data)) as file:
        made = chart.middles(np.asarray(file.convert("RGB")) / 255)
    return float(colour.delta_e_2000(wanted, colour.srgb_to_lab(made)).max())
