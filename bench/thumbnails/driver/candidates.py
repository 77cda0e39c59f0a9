"""What is measured: long-lived processes that make thumbnails of one picture at a time."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .inputs import Input

WORKERS = Path(__file__).parent.parent / "workers"


@dataclass(frozen=True)
class Candidate:
    name: str
    title: str
    command: list[str]
    # File name extensions of what it is asked for; all when empty.
    takes: frozenset[str] = frozenset()
    # Whether it makes thumbnails, or only part of them.
    complete: bool = True


def candidates(cache: Path) -> list[Candidate]:
    """Returns all of them; `cache` is where `run` has put what it built and installed."""
    rust = lambda name: [str(cache / "target/release" / f"{name}-worker")]
    python = lambda *arguments: [str(cache / "python/bin/python"), str(WORKERS / arguments[0]), *arguments[1:]]
    sharp = lambda way: ["node", str(WORKERS / "sharp.mjs"), way, str(cache / "node")]
    return [
        Candidate("tintype", "tintype", rust("tintype")),
        Candidate("limit", "libjpeg-turbo's half-scale decode, nothing else (“limit”)", rust("limit"), frozenset([".jpg"]), False),
        Candidate("sharp", "sharp, four pipelines", sharp("pipelines")),
        Candidate("sharp-cascade", "sharp, best cascade by hand", sharp("cascade")),
        Candidate("pillow", "Pillow, each size from the whole picture", python("pillow.py", "full")),
        Candidate("pillow-cascade", "Pillow, best cascade by hand", python("pillow.py", "cascade")),
        Candidate("vips", "pyvips, thumbnail for each size", python("vips.py")),
        Candidate("image", "image and fast_image_resize, each size from the whole picture", rust("image")),
    ]


class Refused(Exception):
    """The candidate cannot do it, in its own words."""


class Worker:
    """A running candidate, on one CPU."""

    def __init__(self, candidate: Candidate, cpu: int) -> None:
        environment = os.environ | {"VIPS_CONCURRENCY": "1"}
        command = ["taskset", "--cpu-list", str(cpu), *candidate.command]
        self.candidate = candidate
        # The largest resident set of the processes that it has started for pictures and that have ended.
        self.children_mib = 0.0
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        kind, self.version = self._line()
        if kind != "ready":
            raise RuntimeError(f"{candidate.name} did not start: {kind} {self.version}")

    def make(self, path: Path, picture: Input, iterations: int = 1, folder: Path | None = None) -> float:
        """Returns the CPU time in milliseconds of one picture's thumbnails, and writes them to the folder if there is one."""
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self.process.stdin.write(f"{iterations}\t{path}\t{folder or '-'}\t{picture.output}\n")
        self.process.stdin.flush()
        kind, rest = self._line()
        if kind != "ok":
            raise Refused(rest)
        nanoseconds, _, kibibytes = rest.partition("\t")
        self.children_mib = int(kibibytes or 0) / 1024
        return int(nanoseconds) / 1e6

    def memory(self, field: str) -> float:
        """Returns a line of the process's status in MiB: `VmHWM` is its peak, `VmRSS` what it has now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"no `{field}` in the status of {self.candidate.name}")

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def _line(self) -> tuple[str, str]:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.candidate.name} ended with status {self.process.wait()}")
        kind, _, rest = line.rstrip("\n").partition("\t")
        return kind, rest
