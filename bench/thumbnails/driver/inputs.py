"""The pictures that are measured: each is made once, always the same, and kept in the cache folder."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imagecodecs
import numpy as np
import pyvips
from PIL import Image

from . import chart, drawing, icc, scene

# What cameras write: 4:2:0 and a quality at which nobody sees a difference.
CAMERA = {"quality": 93, "subsampling": "4:2:0"}
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Input:
    """A picture to measure. `tags` say what the report and the acceptance list use it for."""

    name: str
    title: str
    make: Callable[[Path], None]
    tags: frozenset[str] = frozenset()
    # What thumbnails of it are: `jpg`, or `png` for what is transparent.
    output: str = "jpg"


INPUTS: list[Input] = []


def add(name: str, title: str, tags: str = "", output: str = "jpg"):
    """Registers the function that writes the picture."""

    def register(make: Callable[[Path], None]) -> Callable[[Path], None]:
        INPUTS.append(Input(name, title, make, frozenset(tags.split()), output))
        return make

    return register


def prepare(folder: Path, chosen: list[Input]) -> None:
    """Makes those of the chosen pictures that are not in the folder yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in chosen:
        path = folder / picture.name
        if not path.exists():
            print(f"making {picture.name}: {picture.title}", flush=True)
            unfinished = path.with_name("unfinished-" + path.name)
            picture.make(unfinished)
            unfinished.rename(path)


@cache
def wallpaper() -> Image.Image:
    return Image.fromarray(scene.photo(2560, 1600, 1))


@cache
def twelve_megapixels() -> Image.Image:
    return Image.fromarray(scene.photo(4000, 3000, 2))


@cache
def four_megapixels() -> Image.Image:
    return Image.fromarray(scene.photo(2560, 1600, 4))


@cache
def hundred_megapixels() -> Image.Image:
    """A quarter and its reflections: its edges fit, and statistics are as in the quarter."""
    quarter = scene.photo(5760, 4320, 3)
    half = np.concatenate([quarter, quarter[:, ::-1]], axis=1)
    return Image.fromarray(np.concatenate([half, half[::-1]], axis=0))


@add("a.jpg", "2560 × 1600 JPEG 4:2:0")
def a(path: Path) -> None:
    wallpaper().save(path, **CAMERA)


@add("b.jpg", "12 MP JPEG 4:2:0, baseline")
def b(path: Path) -> None:
    twelve_megapixels().save(path, **CAMERA)


@add("c.jpg", "the same, progressive")
def c(path: Path) -> None:
    twelve_megapixels().save(path, progressive=True, **CAMERA)


@add("d.jpg", "100 MP JPEG 4:2:0", "slow")
def d(path: Path) -> None:
    hundred_megapixels().save(path, **CAMERA)


@add("e.jpg", "2560 × 1600 JPEG 4:2:0, very grainy")
def e(path: Path) -> None:
    Image.fromarray(scene.photo(2560, 1600, 1, scene.GRAINY)).save(path, **CAMERA)


@add("f.jpg", "640 × 480 JPEG 4:2:0")
def f(path: Path) -> None:
    twelve_megapixels().resize((640, 480), Image.Resampling.LANCZOS).save(path, quality=85, subsampling="4:2:0")


@add("zone.jpg", "zone plate, 2560 × 1600 JPEG", "moire")
def zone(path: Path) -> None:
    """Rings whose frequency grows from nothing in the middle to half a cycle a pixel at the left and right edge."""
    y, x = np.mgrid[-799.5:800, -1279.5:1280]
    radius = np.hypot(x, y)
    rings = np.cos(np.pi * radius**2 / 2560) * np.clip((1280 - radius) / 20, 0, 1)
    Image.fromarray(np.uint8(128 + 100 * rings).repeat(3).reshape(1600, 2560, 3)).save(path, **CAMERA)


@add("photo.png", "4 MP PNG, RGB")
def png(path: Path) -> None:
    four_megapixels().save(path, "png")


@add("interlaced.png", "4 MP PNG, RGB, interlaced")
def interlaced(path: Path) -> None:
    vips(four_megapixels()).pngsave(str(path), interlace=True)


@add("alpha.png", "4 MP PNG, RGBA", output="png")
def alpha(path: Path) -> None:
    translucent().save(path, "png")


@cache
def translucent() -> Image.Image:
    """A photograph cut out along a soft line, as a product's picture is, part of it glass."""
    picture = four_megapixels().copy()
    height, width = picture.height, picture.width
    shape = scene.noise(np.random.default_rng(5), width, height, 2.2)
    glass = scene.noise(np.random.default_rng(6), width, height, 2.2)
    opacity = np.clip((shape + 0.6) * 20, 0, 1) * np.where(glass > 0.9, 0.6, 1.0)
    picture.putalpha(Image.fromarray(np.uint8(opacity * 255 + 0.5)))
    return picture


@add("palette.png", "4 MP PNG, palette")
def palette(path: Path) -> None:
    four_megapixels().quantize(256).save(path, "png")


@add("d.png", "100 MP PNG, RGB", "slow no-reference")
def huge_png(path: Path) -> None:
    vips(hundred_megapixels()).pngsave(str(path), compression=3, filter="sub")


@add("photo.webp", "4 MP WebP, lossy")
def webp(path: Path) -> None:
    four_megapixels().save(path, "webp", quality=85)


@add("lossless.webp", "4 MP WebP, lossless")
def lossless_webp(path: Path) -> None:
    four_megapixels().save(path, "webp", lossless=True, quality=40)


@add("photo.gif", "4 MP GIF")
def gif(path: Path) -> None:
    four_megapixels().quantize(256).save(path, "gif")


@add("photo.avif", "4 MP AVIF")
def avif(path: Path) -> None:
    four_megapixels().save(path, "avif", quality=70, speed=8)


@add("photo.tiff", "4 MP TIFF, LZW")
def tiff(path: Path) -> None:
    four_megapixels().save(path, "tiff", compression="tiff_lzw")


@add("photo.jxl", "4 MP JPEG XL", "no-reference")
def jpeg_xl(path: Path) -> None:
    path.write_bytes(imagecodecs.jpegxl_encode(np.asarray(four_megapixels()), distance=1.5, effort=4))


@add("drawing.svg", "SVG of 2,000 shapes", "no-reference")
def svg(path: Path) -> None:
    path.write_text(drawing.svg())


@add("p3.jpg", "12 MP JPEG 4:2:0, Display P3", "display-p3")
def p3(path: Path) -> None:
    twelve_megapixels().save(path, icc_profile=icc.display_p3(), **CAMERA)


for name, title, make in chart.CHARTS:
    add(name, title, "chart")(make)


def vips(image: Image.Image) -> pyvips.Image:
    return pyvips.Image.new_from_array(np.asarray(image))
