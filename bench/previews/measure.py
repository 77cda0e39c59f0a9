"""Measures previews: tintype's whole upload, and its crate alone, beside ffmpeg, pdftoppm and pillow-heif in turn."""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
from server import Peak, Server

HEIF = """
import sys, pillow_heif
from PIL import Image
pillow_heif.register_heif_opener()
picture = Image.open(sys.argv[1])
picture.thumbnail((1080, 1080))
picture.convert("RGB").save(sys.argv[2], "JPEG", quality=82)
"""
PILLOW = HEIF.replace("pillow_heif.register_heif_opener()\n", "").replace("import sys, pillow_heif", "import sys")


def frame(path: Path, out: Path) -> list[str]:
    """The key frame after 10 % of twelve seconds, as a JPEG of 1080 pixels."""
    run = [inputs.FFMPEG, "-loglevel", "error", "-y", "-ss", "1.2", "-noaccurate_seek", "-skip_frame", "nokey", "-i", str(path)]
    return [*run, "-frames:v", "1", "-vf", "scale=1080:-1", str(out)]


def page(path: Path, out: Path) -> list[str]:
    return ["pdftoppm", "-f", "1", "-l", "1", "-scale-to", "1080", "-jpeg", "-singlefile", str(path), str(out.with_suffix(""))]


def waveform(path: Path, out: Path) -> list[str]:
    run = [inputs.FFMPEG, "-loglevel", "error", "-y", "-i", str(path), "-filter_complex", "showwavespic=s=1080x360"]
    return [*run, "-frames:v", "1", str(out)]


def python(program: str):
    return lambda path, out: [sys.executable, "-c", program, str(path), str(out)]


PEERS = {
    "photo.heic": ("pillow-heif", python(HEIF)),
    "photo.jp2": ("Pillow", python(PILLOW)),
    "photo.psd": ("Pillow", python(PILLOW)),
    "text.pdf": ("pdftoppm", page),
    "picture.pdf": ("pdftoppm", page),
    "sound.mp3": ("ffmpeg", waveform),
    **{name: ("ffmpeg", frame) for name in ("h264.mp4", "h264.mov", "h264.mkv", "h265.mp4", "vp9.webm")},
}


def spend(command: list[str]) -> tuple[float, float]:
    """Milliseconds of CPU, and the peak of resident memory in MiB, of a process that has to succeed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    with Peak(lambda: [process.pid]) as peak:
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000, peak.mebibytes


def uploaded(server: Server, name: str, content: bytes, uploads: int) -> tuple[float, float, str]:
    """Milliseconds of CPU for each of some uploads of a file, the peak of the process that makes its preview, and the state
    of the preview."""
    begin = server.cpu_seconds()
    with Peak(server.children) as peak:
        for _ in range(uploads):
            status, answer = server.upload(name, content)
            if status != 201:
                raise SystemExit(f"{name}: {status} {answer}")
    return (server.cpu_seconds() - begin) * 1000 / uploads, peak.mebibytes, answer["preview"]["status"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/previews/run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--uploads", type=int, default=5, help="of each file in a round (CPU time is counted in 10 ms)")
    parser.add_argument("--only", default="", help="these files only, separated by commas")
    options = parser.parse_args()
    files = inputs.make(Path(os.environ["TINTYPE_BENCH_CACHE"]) / "inputs")
    wanted = options.only.split(",") if options.only else list(files)

    service, peers, states = {name: [] for name in wanted}, {name: [] for name in wanted}, {}
    with tempfile.TemporaryDirectory() as folder, Server("--preview-wait", "60s") as server:
        out = Path(folder) / "out.jpg"
        for name in wanted:
            # A warm-up of both.
            uploaded(server, name, files[name].read_bytes(), 1)
            if name in PEERS:
                spend(PEERS[name][1](files[name], out))
        for _ in range(options.rounds):
            for name in wanted:
                *cost, states[name] = uploaded(server, name, files[name].read_bytes(), options.uploads)
                service[name].append(cost)
                if name in PEERS:
                    peers[name].append(spend(PEERS[name][1](files[name], out)))

    print(f"{platform.machine()}, {os.cpu_count()} CPUs; medians of {options.rounds} rounds; {' '.join(sys.argv)}\n")
    print("| file | preview | tintype: CPU of the upload | peak of its process | peer | CPU | peak | ratio of CPU |")
    print("|---|---|---:|---:|---|---:|---:|---:|")
    for name in wanted:
        cpu, peak = medians(service[name])
        line = f"| `{name}` | {states[name]} | {cpu:.0f} ms | {peak:.0f} MiB |"
        if not peers[name]:
            print(line + " none | | | |")
            continue
        their_cpu, their_peak = medians(peers[name])
        print(line + f" {PEERS[name][0]} | {their_cpu:.0f} ms | {their_peak:.0f} MiB | {cpu / their_cpu:.2f} |")


def medians(costs: list[tuple[float, float]]) -> list[float]:
    return [statistics.median(column) for column in zip(*costs)]


if __name__ == "__main__":
    main()
