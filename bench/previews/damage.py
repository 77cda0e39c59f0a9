"""Sends damaged copies of each kind of file to a server, and fails if one brings a 5xx, a leak or a process left over."""

import argparse
import collections
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import inputs
from server import Server

FINAL = ("ready", "failed", "none")


def damaged(content: bytes, random: random.Random) -> bytes:
    """One to eight faults: bytes changed, zeroed, removed, repeated, or the rest cut off. Half of them hit the first 4 KiB,
    where headers are."""
    bytes_ = bytearray(content)
    for _ in range(random.randint(1, 8)):
        if len(bytes_) < 2:
            break
        reach = min(len(bytes_), 4096) if random.random() < 0.5 else len(bytes_)
        at = random.randrange(reach)
        length = min(random.choice((1, 4, 64, 1024)), len(bytes_) - at)
        match random.randrange(6):
            case 0:
                bytes_[at] ^= 1 << random.randrange(8)
            case 1:
                bytes_[at : at + length] = random.randbytes(length)
            case 2:
                bytes_[at : at + length] = bytes(length)
            case 3:
                del bytes_[at : at + length]
            case 4:
                bytes_[at:at] = bytes_[at : at + length]
            case 5 if random.random() < 0.3:
                del bytes_[at:]
            case _:
                # A length or an offset at its extreme.
                bytes_[at : at + 4] = random.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0"))
    return bytes(bytes_)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/previews/run damage", description=__doc__)
    parser.add_argument("--each", type=int, default=200, help="damaged copies of each file")
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="these files only, separated by commas")
    options = parser.parse_args()
    files = inputs.make(Path(os.environ["TINTYPE_BENCH_CACHE"]) / "inputs")
    wanted = options.only.split(",") if options.only else list(files)

    found = []
    with Server("--preview-wait", "60s") as server:
        # One of its own deletes the folder, whatever happens.
        own = server.children()

        def left_over() -> list[int]:
            return [child for child in server.children() if child not in own]

        for name in wanted:
            begun, before, content = time.monotonic(), server.resident(), files[name].read_bytes()

            def send(number: int) -> str:
                copy = damaged(content, random.Random(f"{options.seed} {name} {number}"))
                status, answer = server.upload(name, copy)
                if status == 201:
                    # A hundred thousand films would fill a disk.
                    server.delete(answer)
                if status == 201 and answer["preview"]["status"] in FINAL:
                    return answer["preview"]["reason"] or answer["preview"]["status"]
                if status == 400 and not copy:
                    return "empty"
                found.append(f"{name}, seed {options.seed}, number {number}: {status} {str(answer)[:300]}")
                return f"answer {status}"

            with ThreadPoolExecutor(options.clients) as clients:
                outcomes = collections.Counter(clients.map(send, range(options.each)))
            told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
            grown = (server.resident() - before) / 2**20
            print(f"{name}: {told}; {time.monotonic() - begun:.0f} s; resident {grown:+.0f} MiB", flush=True)
            if grown > 64 and name != wanted[0]:
                found.append(f"{name}: the server has grown by {grown:.0f} MiB")
        deadline = time.monotonic() + 10
        while left_over() and time.monotonic() < deadline:
            time.sleep(0.1)
        for child in left_over():
            found.append(f"a process is left over: {Path(f'/proc/{child}/cmdline').read_text()}")
        if server.process.poll() is not None:
            found.append(f"the server ended with {server.process.returncode}")
    for finding in found:
        print(finding, file=sys.stderr)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
