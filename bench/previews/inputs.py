"""Makes one file of each kind that previews are made of, in a folder, once. Everything is made here; nothing is downloaded."""

import io
import math
import os
import struct
import subprocess
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy
import pillow_heif
from docx import Document
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def photograph(width: int, height: int) -> Image.Image:
    """Soft colours, edges and grain, the same on each run: it compresses about as photographs do."""
    random = numpy.random.default_rng(7)
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    picture = numpy.zeros((height, width, 3), numpy.float32)
    for channel, (across, down) in enumerate(((3.1, 1.7), (2.3, 2.9), (1.3, 3.7))):
        picture[..., channel] = 128 + 70 * numpy.sin(across * x / width * math.tau) * numpy.cos(down * y / height * math.tau)
    for _ in range(60):
        left, top = random.integers(0, width), random.integers(0, height)
        side = int(random.integers(width // 40, width // 8))
        picture[top : top + side, left : left + side] += random.normal(0, 40, 3)
    picture += random.normal(0, 2, (height, width, 1))
    return Image.fromarray(picture.clip(0, 255).astype(numpy.uint8))


def film(path: Path, *codec: str) -> None:
    source = "testsrc2=size=1920x1080:rate=30:duration=12"
    run = [FFMPEG, "-loglevel", "error", "-y", "-f", "lavfi", "-i", source]
    subprocess.run([*run, *codec, "-pix_fmt", "yuv420p", str(path)], check=True)


def heic(path: Path) -> None:
    pillow_heif.from_pillow(photograph(4000, 3000)).save(path, quality=50)


def text_page(path: Path) -> None:
    page = canvas.Canvas(str(path), pagesize=A4)
    for line in range(60):
        page.setFont("Times-Roman" if line % 7 else "Helvetica-Bold", 10)
        page.drawString(50, 790 - 12 * line, f"{line}: The quick brown fox jumps over the lazy dog, and over the next line too.")
    page.save()


def picture_page(path: Path) -> None:
    encoded = io.BytesIO()
    photograph(2400, 1600).save(encoded, "JPEG", quality=85)
    page = canvas.Canvas(str(path), pagesize=A4)
    page.drawImage(ImageReader(encoded), 50, 400, width=495, height=330)
    for line in range(25):
        page.drawString(50, 370 - 12 * line, f"Line {line} below the photograph.")
    page.save()


def sound(path: Path) -> None:
    seconds, rate = 120, 44100
    time = numpy.arange(seconds * rate) / rate
    samples = 12000 * numpy.sin(440 * math.tau * time) * numpy.abs(numpy.sin(time / 5))
    waves = path.with_suffix(".source.wav")
    with wave.open(str(waves), "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes(samples.astype("<i2").tobytes())
    subprocess.run([FFMPEG, "-loglevel", "error", "-y", "-i", str(waves), "-b:a", "128k", str(path)], check=True)
    waves.unlink()


def document(path: Path) -> None:
    made = Document()
    for number in range(40):
        made.add_paragraph(f"Paragraph {number}. " + "The quick brown fox jumps over the lazy dog. " * 5)
    made.save(str(path))


def jpeg2000(path: Path) -> None:
    photograph(1600, 1200).save(path, irreversible=True, quality_layers=[30])


def photoshop(path: Path) -> None:
    """Version 1, RGB, 8 bits, the flattened picture uncompressed."""
    picture = photograph(1200, 800)
    planes = b"".join(band.tobytes() for band in picture.split())
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 800, 1200, 8, 3)
    path.write_bytes(head + struct.pack(">III", 0, 0, 0) + b"\0\0" + planes)


X264 = ("-c:v", "libx264", "-profile:v", "high", "-b:v", "6M", "-g", "60")
X265 = ("-c:v", "libx265", "-b:v", "4M", "-x265-params", "log-level=error:keyint=60", "-tag:v", "hvc1")
VP9 = ("-c:v", "libvpx-vp9", "-b:v", "4M", "-g", "60", "-deadline", "realtime", "-cpu-used", "8")
MAKERS = {
    "photo.heic": heic,
    "text.pdf": text_page,
    "picture.pdf": picture_page,
    "h264.mp4": lambda path: film(path, *X264),
    "h264.mov": lambda path: film(path, *X264),
    "h265.mp4": lambda path: film(path, *X265),
    "vp9.webm": lambda path: film(path, *VP9),
    "h264.mkv": lambda path: film(path, *X264),
    "sound.mp3": sound,
    "document.docx": document,
    "photo.jp2": jpeg2000,
    "photo.psd": photoshop,
}


def make(folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, maker in MAKERS.items():
        if not (folder / name).exists():
            # Under its own extension, by which encoders are chosen, and moved when it is whole.
            partial = folder / f"partial.{name}"
            maker(partial)
            os.replace(partial, folder / name)
    return {name: folder / name for name in MAKERS}
