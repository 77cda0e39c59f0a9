"""The command line; `../README.md` explains it."""

import argparse
import json
import os
import shutil
from pathlib import Path

from PIL import Image

from . import acceptance, candidates, measure, quality, report
from .inputs import INPUTS, Input, prepare
from .results import Results


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/thumbnails/run", description="Measures thumbnails: tintype's and others'.")
    parser.add_argument("--quick", action="store_true", help="3 rounds, without the pictures of 100 megapixels")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (15)")
    parser.add_argument("--only", default="", metavar="NAMES", help="pictures and candidates by name, comma-separated")
    parser.add_argument("--photos", type=Path, metavar="DIR", help="measure the pictures in this folder, too")
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)), help="where the candidates run (the last)")
    parser.add_argument("--make-inputs", action="store_true", help="make the pictures and stop")
    parser.add_argument("--write-docs", type=Path, metavar="FILE", help="put the tables into this document")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    cache = Path(os.environ["TINTYPE_BENCH_CACHE"])
    pictures = chosen_pictures(given)
    folder = cache / "inputs"
    prepare(folder, pictures)
    pictures += photos(given.photos, folder) if given.photos else []
    if given.make_inputs:
        return
    names = set(filter(None, given.only.split(",")))
    everyone = candidates.candidates(cache)
    chosen = [candidate for candidate in everyone if candidate.name in names] or everyone
    results = measured(given, pictures, chosen, folder, cache / "thumbnails")
    text = report.markdown(results)
    (cache / "report.md").write_text(text)
    raw = {f"{picture} {name}": samples for (picture, name), samples in results.samples.items()}
    (cache / "samples.json").write_text(json.dumps(raw))
    if given.write_docs:
        report.insert(given.write_docs, report.summary(results))
    print(f"\n{text}\nalso in {cache / 'report.md'}; the thumbnails are in {cache / 'thumbnails'}")
    missed = sum(check.met is not True for check in acceptance.checks(results))
    print(f"{missed} targets not met or not measured")


def chosen_pictures(given: argparse.Namespace) -> list[Input]:
    names = set(filter(None, given.only.split(",")))
    named = [picture for picture in INPUTS if picture.name in names]
    return named or [picture for picture in INPUTS if not (given.quick and "slow" in picture.tags)]


def photos(directory: Path, folder: Path) -> list[Input]:
    """Puts links to the photos among the other pictures."""
    found = []
    for path in sorted(directory.iterdir()):
        if path.is_file():
            link = folder / f"photo-{path.name}"
            link.unlink(missing_ok=True)
            link.symlink_to(path.resolve())
            found.append(Input(link.name, path.name, lambda _: None, output=output(path)))
    return found


def output(path: Path) -> str:
    """Returns what thumbnails of it should be: PNG when anything is transparent."""
    try:
        with Image.open(path) as file:
            transparent = file.has_transparency_data and file.convert("RGBA").getextrema()[3][0] < 255
            return "png" if transparent else "jpg"
    except OSError:
        return "jpg"


def measured(
    given: argparse.Namespace, pictures: list[Input], chosen: list[candidates.Candidate], folder: Path, thumbnails: Path
) -> Results:
    shutil.rmtree(thumbnails, ignore_errors=True)
    rounds = given.rounds or (3 if given.quick else 15)
    workers = [candidates.Worker(candidate, given.cpu) for candidate in chosen]
    samples, refusals = measure.times(workers, pictures, folder, rounds, thumbnails)
    complete = [candidate.name for candidate in chosen if candidate.complete]
    tintype = next((worker for worker in workers if worker.candidate.name == "tintype"), None)
    qualities = quality.of_photos(pictures, folder, thumbnails, complete, tintype)
    differences = quality.of_charts(pictures, folder, thumbnails, complete)
    versions = {worker.candidate.name: worker.version for worker in workers}
    for worker in workers:
        worker.close()
    peaks = measure.peaks(chosen, pictures, folder, given.cpu, set(samples))
    options = [f"--rounds {given.rounds}"] * bool(given.rounds) + ["--quick"] * given.quick + [f"--only {given.only}"] * bool(given.only)
    command = " ".join(["bench/thumbnails/run", *options])
    return Results(pictures, chosen, versions, folder, rounds, samples, refusals, peaks, qualities, differences, command)


main()
