"""ICC profiles, written from the figures of `colour`."""

import struct

import numpy as np

from . import colour


def fixed(values) -> bytes:
    """Numbers as ICC's s15Fixed16."""
    return b"".join(struct.pack(">i", round(float(value) * 65536)) for value in np.ravel(values))


def xyz(values) -> bytes:
    return b"XYZ \0\0\0\0" + fixed(values)


def gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


def text(words: str) -> bytes:
    return b"text\0\0\0\0" + words.encode("ascii") + b"\0"


def description(words: str) -> bytes:
    data = words.encode("ascii") + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(data)) + data + bytes(4 + 4 + 2 + 1 + 67)


def sampled(curve, points: int = 1024) -> bytes:
    samples = np.round(curve(np.linspace(0, 1, points)) * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", points) + samples.tobytes()


def profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Returns a version 2 profile."""
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for signature, data in tags.items():
        table += signature + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s12s4s4sI8s8sI", size, bytes(4), 0x02400000, kind, space, connection, bytes(12), b"acsp",
                         bytes(4), 0, bytes(8), bytes(8), 0)
    header += fixed(colour.D50)
    header += bytes(128 - len(header))
    return header + struct.pack(">I", len(tags)) + table + body


def matrix(name: str, primaries: np.ndarray, curve: bytes) -> bytes:
    red, green, blue = primaries.T
    tags = {b"desc": description(name), b"cprt": text("No copyright"), b"wtpt": xyz(colour.D50)}
    tags |= {b"rXYZ": xyz(red), b"gXYZ": xyz(green), b"bXYZ": xyz(blue)}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    return profile(b"mntr", b"RGB ", b"XYZ ", tags)


def display_p3() -> bytes:
    return matrix("Display P3", colour.DISPLAY_P3, sampled(colour.srgb_to_linear))


def adobe_rgb() -> bytes:
    return matrix("Adobe RGB", colour.ADOBE_RGB, gamma(colour.ADOBE_GAMMA))


def cmyk() -> bytes:
    """A table from four inks to Lab for every intent, and none back: thumbnails need none."""
    identity = np.linspace(0, 65535, 2).astype(">u2").tobytes()
    lut = b"mft2\0\0\0\0" + bytes([4, 3, colour.GRID, 0]) + fixed(np.eye(3)) + struct.pack(">HH", 2, 2)
    lut += identity * 4 + colour.encode_lab16(colour.cmyk_grid()).tobytes() + identity * 3
    tags = {b"desc": description("Four inks"), b"cprt": text("No copyright"), b"wtpt": xyz(colour.D50), b"A2B0": lut}
    return profile(b"prtr", b"CMYK", b"Lab ", tags)
