"""The results as Markdown."""

import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from .acceptance import checks
from .quality import EDGES, LIBJPEG, OWN_ENCODER
from .results import Results

BEGIN, END = "<!-- made by bench/thumbnails: begin -->", "<!-- made by bench/thumbnails: end -->"
# What stands beside tintype in the short table of quality.
COMPARED = (LIBJPEG, OWN_ENCODER, "tintype", "sharp", "pillow")


def summary(results: Results) -> str:
    """What goes into the documentation."""
    parts = [
        introduction(results),
        "### What is reached\n\n" + acceptance(results),
        "### CPU time\n\nMilliseconds of user and system time for one picture's four thumbnails, medians.\n\n" + cpu(results),
        "How many times tintype's CPU time the others take; for the limit the other way round, tintype's part of it.\n\n" + ratios(results),
        "### Peak memory\n\nLargest resident set in MiB of a fresh process that has made the thumbnails of one picture, its program and"
        " runtime included, and that of a decoder's process where there is one; in brackets what it had before.\n\n" + peaks(results),
        "### Quality\n\nY-PSNR in dB of the thumbnails of 1080 / 512 / 128 / 64 pixels against every pixel resized with Lanczos3 in"
        " floating point. “Ceiling” is that reference saved by libjpeg-turbo at the same quality and sampling, “own ceiling” saved by"
        " tintype's encoder.\n\n" + luma(results),
    ]
    return "\n\n".join(parts) + "\n"


def markdown(results: Results) -> str:
    """Everything."""
    parts = [
        summary(results).rstrip("\n"),
        "### Quality, every candidate\n\nY-PSNR in dB / SSIM / PSNR of Cb and Cr in dB.\n\n" + quality(results),
        "### File sizes\n\nBytes of the thumbnails of 1080 / 512 / 128 / 64 pixels.\n\n" + sizes(results),
        "### Colours\n\nThe largest ΔE2000 of a patch of a chart, against profile and conversion in floating point.\n\n" + colours(results),
        "### The pictures\n\n" + pictures(results),
    ]
    if results.refusals:
        lines = (f"- {picture}, {name}: {reason[:160]}" for (picture, name), reason in results.refusals.items())
        parts.append("What was refused:\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]], left: int = 1) -> str:
    head = list(head)
    lines = [head, ["---"] * left + ["---:"] * (len(head) - left), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def introduction(results: Results) -> str:
    versions = "\n".join(f"- {candidate.title}: {results.versions[candidate.name]}" for candidate in results.candidates)
    return (
        f"`{results.command}`, {results.rounds} rounds (a third of them for pictures of 100 megapixels): in each, every candidate"
        " makes the thumbnails of every picture in turn, in a process of its own that lives through the whole run, on one CPU."
        f" Boxes of 1080, 512, 128 and 64 pixels, JPEG quality 82, 4:2:0 above 128 pixels and 4:4:4 up to it.\n\n{machine()}\n\n{versions}"
    )


def machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    cores, load = len(Path("/proc/cpuinfo").read_text().split("\nprocessor")), Path("/proc/loadavg").read_text().split()[0]
    return f"Machine: {cores} cores of {model}, {memory:.0f} GiB, Linux {platform.release()}; load average at the end {load}."


def acceptance(results: Results) -> str:
    words = {True: "yes", False: "**no**", None: "not measured"}
    return table(("target", "measured", "met"), ((check.target, check.measured, words[check.met]) for check in checks(results)))


def by_candidate(results: Results, names: list[str], cell) -> str:
    """A row for each picture and a column for each candidate; rows without any figure are left out."""
    rows = []
    for picture in results.pictures:
        cells = [cell(picture.name, name) for name in names]
        if any(cells):
            rows.append([f"{picture.name}", *(text or "–" for text in cells)])
    return table(("picture", *names), rows)


def cpu(results: Results) -> str:
    def cell(picture: str, name: str) -> str:
        value = results.cpu_ms.get((picture, name))
        return "" if value is None else f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"

    return by_candidate(results, [candidate.name for candidate in results.candidates], cell)


def ratios(results: Results) -> str:
    def cell(picture: str, name: str) -> str:
        ratio = results.ratio(picture, "tintype", name) if name == "limit" else results.ratio(picture, name, "tintype")
        return "" if ratio is None else f"{ratio:.2f}"

    return by_candidate(results, [candidate.name for candidate in results.candidates if candidate.name != "tintype"], cell)


def peaks(results: Results) -> str:
    def cell(picture: str, name: str) -> str:
        found = results.peaks.get((picture, name))
        return f"{found[0]:.1f} ({found[1]:.0f})" if found else ""

    return by_candidate(results, [candidate.name for candidate in results.candidates], cell)


def luma(results: Results) -> str:
    def cell(picture: str, name: str) -> str:
        found = [results.quality(picture, name, edge) for edge in EDGES]
        return " / ".join(f"{quality.luma_psnr:.2f}" if quality else "–" for quality in found) if any(found) else ""

    return by_candidate(results, list(COMPARED), cell)


def quality(results: Results) -> str:
    names = [LIBJPEG, OWN_ENCODER, *(candidate.name for candidate in results.candidates if candidate.complete)]
    rows = []
    for picture in results.pictures:
        for edge in EDGES:
            found = [results.quality(picture.name, name, edge) for name in names]
            if any(found):
                cells = (f"{q.luma_psnr:.2f} / {q.ssim:.4f} / {q.chroma_psnr:.2f}" if q else "–" for q in found)
                rows.append([picture.name, str(edge), *cells])
    return table(("picture", "size", *names), rows)


def sizes(results: Results) -> str:
    def cell(picture: str, name: str) -> str:
        found = [results.quality(picture, name, edge) for edge in EDGES]
        return " / ".join(str(quality.bytes) if quality else "–" for quality in found) if any(found) else ""

    return by_candidate(results, [LIBJPEG, *(candidate.name for candidate in results.candidates if candidate.complete)], cell)


def colours(results: Results) -> str:
    def cell(picture: str, name: str) -> str:
        found = results.colour_differences.get((picture, name))
        return "" if found is None else f"{found:.2f}"

    return by_candidate(results, [LIBJPEG, *(candidate.name for candidate in results.candidates if candidate.complete)], cell)


def pictures(results: Results) -> str:
    return table(("picture", "what it is", "bytes", "bits a pixel"), described(results), left=2)


def described(results: Results) -> Iterator[list[str]]:
    for picture in results.pictures:
        path = results.folder / picture.name
        size = path.stat().st_size
        try:
            with Image.open(path) as file:
                bits = f"{size * 8 / (file.width * file.height):.2f}"
        except OSError:
            bits = "–"
        yield [picture.name, picture.title, f"{size:,}", bits]


def insert(document: Path, text: str) -> None:
    """Replaces what stands between the two marks."""
    before, begin, rest = document.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{document} has no `{BEGIN}` and `{END}`")
    document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
