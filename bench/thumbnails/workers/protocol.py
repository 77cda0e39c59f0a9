"""How a worker is asked for thumbnails, and how it answers; `../README.md` has the lines."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

EDGES = [1080, 512, 128, 64]
QUALITY = 82


def subsampling(edge: int) -> str:
    """Up to this side thumbnails keep the colour of each pixel."""
    return "4:2:0" if edge > 128 else "4:4:4"


def serve(version: str, make: Callable[[str, str], list[tuple[int, bytes]]]) -> None:
    """Answers requests on standard input; `make` gets a path and what to encode, `jpg` or `png`."""
    print(f"ready\t{version}", flush=True)
    for line in sys.stdin:
        iterations, path, folder, extension = line.rstrip("\n").split("\t")
        try:
            made = []
            start = time.process_time_ns()
            for _ in range(int(iterations)):
                made = make(path, extension)
            nanoseconds = (time.process_time_ns() - start) // int(iterations)
            if folder != "-":
                for edge, data in made:
                    Path(folder, f"{edge}.{extension}").write_bytes(data)
            print(f"ok\t{nanoseconds}", flush=True)
        except Exception as error:  # Whatever a library raises, it is the answer.
            print("error\t" + f"{type(error).__name__}: {error}".replace("\n", " ").replace("\t", " "), flush=True)
