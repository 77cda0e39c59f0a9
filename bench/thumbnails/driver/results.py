"""Everything one run has found."""

from dataclasses import dataclass, field
from pathlib import Path

from .candidates import Candidate
from .inputs import Input
from .measure import Times, medians
from .quality import Qualities, Quality

Key = tuple[str, str]


@dataclass
class Results:
    pictures: list[Input]
    candidates: list[Candidate]
    versions: dict[str, str]
    folder: Path
    rounds: int
    samples: Times
    refusals: dict[Key, str]
    peaks: dict[Key, tuple[float, float]]
    qualities: Qualities
    colour_differences: dict[Key, float]
    command: str
    cpu_ms: dict[Key, float] = field(init=False)

    def __post_init__(self) -> None:
        self.cpu_ms = medians(self.samples)

    def ratio(self, picture: str, numerator: str, denominator: str) -> float | None:
        above, below = self.cpu_ms.get((picture, numerator)), self.cpu_ms.get((picture, denominator))
        return above / below if above is not None and below else None

    def quality(self, picture: str, candidate: str, edge: int) -> Quality | None:
        return self.qualities.get((picture, candidate, edge))
