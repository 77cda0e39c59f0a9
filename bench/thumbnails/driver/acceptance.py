"""What the engine has to reach, and whether it does. What was not measured is not met."""

from collections.abc import Iterator
from dataclasses import dataclass

from .quality import EDGES, LIBJPEG, OWN_ENCODER
from .results import Results

CEILING_MARGIN_DB = 0.15
MOIRE_MARGIN_DB = 1.0
MOST_DELTA_E = 1.0
FULL_DECODE = "pillow"
# What is saved without loss has no ceiling but its own rounding to 8 bits, at 60 dB and more, which says nothing of what a
# resize can reach: its yardstick is the better of those that resize the whole picture with Lanczos3, premultiplied, in 8 bits.
WHOLE_PICTURE = ("pillow", "image")


@dataclass(frozen=True)
class Check:
    target: str
    measured: str
    met: bool | None

    @staticmethod
    def of(target: str, value: float | None, fulfilled, shown: str = "{:.2f}") -> "Check":
        return Check(target, "–", None) if value is None else Check(target, shown.format(value), bool(fulfilled(value)))


def checks(results: Results) -> list[Check]:
    return [*cpu(results), *memory(results), *quality(results), *moire(results), *colours(results)]


def cpu(results: Results) -> Iterator[Check]:
    for picture, most in (("a.jpg", 0.9), ("b.jpg", 0.85), ("c.jpg", 0.6)):
        ratio = results.ratio(picture, "tintype", "limit")
        yield Check.of(f"{picture}: CPU ≤ {most} × limit", ratio, lambda value, most=most: value <= most)
    least = [("a.jpg", "sharp", 6), ("a.jpg", "sharp-cascade", 3), ("a.jpg", "pillow", 13), ("c.jpg", "sharp", 6)]
    for picture in ("photo.png", "interlaced.png", "alpha.png", "palette.png", "photo.webp", "lossless.webp", "photo.gif"):
        least += [(picture, "sharp", 2), (picture, "sharp-cascade", 1)]
    least += [("photo.avif", "sharp", 1), ("photo.avif", "sharp-cascade", 1)]
    for picture, other, times in least:
        ratio = results.ratio(picture, other, "tintype")
        yield Check.of(f"{picture}: {other} ≥ {times} × tintype", ratio, lambda value, times=times: value >= times)


def memory(results: Results) -> Iterator[Check]:
    for picture, most in (("b.jpg", 25), ("c.jpg", 25), ("d.jpg", 60), ("d.png", 80)):
        peak, _ = results.peaks.get((picture, "tintype"), (None, None))
        yield Check.of(f"{picture}: peak ≤ {most} MiB", peak, lambda value, most=most: value <= most, "{:.1f}")


def quality(results: Results) -> Iterator[Check]:
    """The size that is farthest below its ceiling, of which there are two: the better one counts."""
    for picture in results.pictures:
        if picture.tags & {"no-reference", "chart"}:
            continue
        if picture.output == "png":
            yield nearness(results, picture.name, WHOLE_PICTURE, "the better of " + " and ".join(WHOLE_PICTURE))
        else:
            yield nearness(results, picture.name, (LIBJPEG, OWN_ENCODER), "ceiling")


def nearness(results: Results, picture: str, yardsticks: tuple[str, ...], called: str) -> Check:
    target = f"{picture}: Y-PSNR at each size ≥ {called} − {CEILING_MARGIN_DB} dB"
    losses = []
    for edge in EDGES:
        made = results.quality(picture, "tintype", edge)
        others = [found.luma_psnr for name in yardsticks if (found := results.quality(picture, name, edge))]
        if not made or not others:
            return Check(target, "–", None)
        losses.append((max(others) - made.luma_psnr, made.luma_psnr, edge))
    loss, value, edge = max(losses)
    return Check(target, f"{-loss:+.2f} dB at {edge} ({value:.2f})", loss <= CEILING_MARGIN_DB)


def moire(results: Results) -> Iterator[Check]:
    for picture in results.pictures:
        if "moire" not in picture.tags:
            continue
        for edge in EDGES:
            made, full = (results.quality(picture.name, name, edge) for name in ("tintype", FULL_DECODE))
            difference = made.luma_psnr - full.luma_psnr if made and full else None
            target = f"{picture.name} at {edge}: Y-PSNR ≥ {FULL_DECODE} − {MOIRE_MARGIN_DB} dB"
            yield Check.of(target, difference, lambda value: value >= -MOIRE_MARGIN_DB, "{:+.2f} dB")


def colours(results: Results) -> Iterator[Check]:
    for picture in results.pictures:
        if "chart" in picture.tags:
            difference = results.colour_differences.get((picture.name, "tintype"))
            yield Check.of(f"{picture.name}: ΔE2000 of each patch ≤ {MOST_DELTA_E}", difference, lambda value: value <= MOST_DELTA_E)
