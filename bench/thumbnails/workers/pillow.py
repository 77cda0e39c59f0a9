"""Pillow, in one of two ways: `full`, each size from the whole picture, or `cascade`, as fast as it can be written by hand."""

import io
import sys

import PIL
from PIL import Image, ImageOps, features
from protocol import EDGES, QUALITY, serve, subsampling

Image.MAX_IMAGE_PIXELS = None


def full(path: str, extension: str) -> list[tuple[int, bytes]]:
    with Image.open(path) as file:
        image = opened(file, extension)
    return [(edge, encode(shrunk(image, edge), edge, extension)) for edge in EDGES]


def cascade(path: str, extension: str) -> list[tuple[int, bytes]]:
    made = []
    with Image.open(path) as file:
        # Only JPEG files take it: decoded at the least scale that is enough.
        file.draft(None, fit(file, EDGES[0]))
        image = opened(file, extension)
    for edge in EDGES:
        image = shrunk(image, edge)
        made.append((edge, encode(image, edge, extension, compress_level=1)))
    return made


def opened(file: Image.Image, extension: str) -> Image.Image:
    image = ImageOps.exif_transpose(file)
    mode = "RGBA" if extension == "png" else "RGB"
    return image if image.mode == mode else image.convert(mode)


def fit(image: Image.Image, edge: int) -> tuple[int, int]:
    scale = min(1, edge / max(image.size))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def shrunk(image: Image.Image, edge: int) -> Image.Image:
    size = fit(image, edge)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def encode(image: Image.Image, edge: int, extension: str, **png: int) -> bytes:
    data = io.BytesIO()
    if extension == "png":
        image.save(data, "png", **png)
    else:
        image.save(data, "jpeg", quality=QUALITY, subsampling=subsampling(edge))
    return data.getvalue()


serve(f"Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}", {"full": full, "cascade": cascade}[sys.argv[1]])
