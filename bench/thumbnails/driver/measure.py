"""CPU time, interleaved, and peak memory."""

import math
import statistics
from pathlib import Path

from .candidates import Candidate, Refused, Worker
from .inputs import Input

# One sample is at least so long, since clocks and caches have their own noise.
LEAST_MS = 40
MOST_ITERATIONS = 60
# A picture that takes seconds is not measured as often.
SLOW_DIVISOR = 3

# For each picture and candidate: CPU milliseconds of one picture's thumbnails, one value a round.
Times = dict[tuple[str, str], list[float]]


def times(
    workers: list[Worker], pictures: list[Input], folder: Path, rounds: int, thumbnails: Path
) -> tuple[Times, dict[tuple[str, str], str]]:
    """Lets the candidates take turns, picture by picture, round by round; returns also what they refused, and why.

    The thumbnails of the first round, which is not counted, are kept under `thumbnails`.
    """
    iterations, refusals, samples = {}, {}, {}
    for picture in pictures:
        for worker in workers:
            key = picture.name, worker.candidate.name
            if not takes(worker.candidate, picture):
                continue
            kept = thumbnails / worker.candidate.name / picture.name if worker.candidate.complete else None
            try:
                first = worker.make(folder / picture.name, picture, 1, kept)
                # The first is slower than the others; the second tells how many make up a sample.
                usual = worker.make(folder / picture.name, picture) if first < 20 * LEAST_MS else first
                iterations[key] = min(MOST_ITERATIONS, math.ceil(LEAST_MS / max(usual, 0.01)))
                samples[key] = []
            except Refused as refusal:
                refusals[key] = str(refusal)
        print(f"warmed up on {picture.name}", flush=True)

    for turn in range(rounds):
        for picture in filter(timed, pictures):
            if "slow" in picture.tags and turn % SLOW_DIVISOR:
                continue
            first = turn % len(workers)
            for worker in workers[first:] + workers[:first]:
                key = picture.name, worker.candidate.name
                if key in samples:
                    samples[key].append(worker.make(folder / picture.name, picture, iterations[key]))
        print(f"round {turn + 1} of {rounds}", flush=True)
    return samples, refusals


def timed(picture: Input) -> bool:
    """Charts are there for their colours; what they cost says little about pictures."""
    return "chart" not in picture.tags


def medians(samples: Times) -> dict[tuple[str, str], float]:
    return {key: statistics.median(values) for key, values in samples.items() if values}


def peaks(
    chosen: list[Candidate], pictures: list[Input], folder: Path, cpu: int, known: set[tuple[str, str]]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Returns for each picture and candidate the peak resident set in MiB of a fresh process, and what it had when idle.

    What a process of its own has taken for a picture is added.
    """
    found = {}
    for picture in filter(timed, pictures):
        for candidate in chosen:
            key = picture.name, candidate.name
            if key in known:
                worker = Worker(candidate, cpu)
                idle = worker.memory("VmRSS")
                worker.make(folder / picture.name, picture)
                found[key] = worker.memory("VmHWM") + worker.children_mib, idle
                worker.close()
    return found


def takes(candidate: Candidate, picture: Input) -> bool:
    return not candidate.takes or Path(picture.name).suffix in candidate.takes
