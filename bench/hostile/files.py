"""Hostile files: bombs, loops, lies about sizes, polyglots and truncations of all formats."""

import base64
import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path

MiB = 1 << 20
FILES = {}


def be(format, *values):
    return struct.pack(">" + format, *values)


def le(format, *values):
    return struct.pack("<" + format, *values)


def zeros(length):
    """A zlib stream of that many zeros, without compressing them all."""
    # After a full flush, what the same bytes are compressed to does not depend on what was before.
    block = zlib.compressobj(9, wbits=-15)
    whole = block.compress(bytes(MiB)) + block.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, wbits=-15)
    rest = rest.compress(bytes(length % MiB)) + rest.flush()
    return b"\x78\xda" + whole * (length // MiB) + rest + be("HH", length % 65521, 1)


# PNG


def chunk(kind, data=b"", length=None):
    return be("I", len(data) if length is None else length) + kind + data + be("I", zlib.crc32(kind + data))


def png(width, height, depth=8, colour=2, data=b"", before=b"", interlaced=0):
    header = be("IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", data) + chunk(b"IEND")


ROW = zlib.compress(bytes(4))
SMALL = png(1, 1, data=ROW)

FILES |= {
    "png-sides-2-31.png": lambda: png(2**31 - 1, 2**31 - 1, data=ROW),
    "png-side-zero.png": lambda: png(0, 10, data=ROW),
    "png-sides-65535.png": lambda: png(65535, 65535, data=zeros(8 * MiB)),
    "png-bomb-9990-16-bit.png": lambda: png(9990, 9990, 16, 6, zeros(9990 * (9990 * 8 + 1))),
    "png-bomb-interlaced.png": lambda: png(9000, 9000, 8, 2, zeros(9000 * 9000 * 3 + 9000 * 4), interlaced=1),
    "png-more-data-than-rows.png": lambda: png(10, 10, data=zeros(400 * MiB)),
    "png-profile-bomb.png": lambda: png(1, 1, data=ROW, before=chunk(b"iCCP", b"x\0\0" + zeros(400 * MiB))),
    "png-text-bomb.png": lambda: png(1, 1, data=ROW, before=chunk(b"zTXt", b"x\0\0" + zeros(400 * MiB))),
    "png-itxt-bomb.png": lambda: png(
        1, 1, data=ROW, before=chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros(400 * MiB))
    ),
    "png-100000-texts.png": lambda: png(1, 1, data=ROW, before=chunk(b"tEXt", b"a\0b") * 100_000),
    "png-chunk-4-gib.png": lambda: SMALL[:33] + chunk(b"tEXt", b"a", 0xFFFFFFFF) + SMALL[33:],
    "png-palette-missing.png": lambda: png(10, 10, 8, 3, zlib.compress(bytes(110))),
    "png-65535-frames.png": lambda: png(
        1, 1, data=ROW, before=chunk(b"acTL", be("II", 65535, 0)) + chunk(b"fcTL", bytes(26)) * 65535
    ),
    "png-exif-loop.png": lambda: png(1, 1, data=ROW, before=chunk(b"eXIf", ifd_loop())),
    "png-html.png": lambda: SMALL + b"<html><script>alert(1)</script></html>",
    "png-zip.png": lambda: SMALL + zipped({"a.html": b"<script>alert(1)</script>"}),
}

# GIF


def gif(width, height, frames, end=b";"):
    return b"GIF89a" + le("HHBBB", width, height, 0x80, 0, 0) + bytes(6) + frames + end


def frame(x, y, width, height, data=b"\x02\x44\x01\x00"):
    return b"," + le("HHHHB", x, y, width, height, 0) + data


FILES |= {
    "gif-sides-65535.gif": lambda: gif(65535, 65535, frame(0, 0, 65535, 65535)),
    "gif-20000-frames.gif": lambda: gif(2000, 2000, frame(0, 0, 2000, 2000) * 20_000),
    "gif-frame-outside.gif": lambda: gif(10, 10, frame(65000, 65000, 65535, 65535)),
    "gif-side-zero.gif": lambda: gif(0, 0, frame(0, 0, 0, 0)),
    "gif-endless-blocks.gif": lambda: gif(10, 10, b"!\xfe" + (b"\xff" + bytes(255)) * 40_000, b""),
    "gif-javascript.gif": lambda: b"GIF89a/*" + bytes(5) + b"*/=1;alert(1)//" + frame(0, 0, 1, 1) + b";",
    "gif-code-size-12.gif": lambda: gif(5000, 5000, frame(0, 0, 5000, 5000, b"\x0c" + (b"\xff" + b"\xaa" * 255) * 4000)),
}

# JPEG


def segment(marker, data):
    return bytes([0xFF, marker]) + be("H", len(data) + 2) + data


def jpeg(width, height, kind=0xC0, before=b"", scans=1, tables=True):
    out = b"\xff\xd8" + before
    if tables:
        out += segment(0xDB, b"\0" + b"\1" * 64)
        out += segment(0xC4, b"\0" + bytes([0, 1] + [0] * 14) + b"\0")
        out += segment(0xC4, b"\x10" + bytes([0, 1] + [0] * 14) + b"\0")
    out += segment(kind, be("BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0" + (b"\0\0\0" if kind == 0xC2 else b"\0\x3f\0")) + b"\0" * 4
    return out + scan * scans + b"\xff\xd9"


FILES |= {
    "jpeg-sides-65535.jpg": lambda: jpeg(65535, 65535),
    "jpeg-9900-progressive.jpg": lambda: jpeg(9900, 9900, 0xC2),
    "jpeg-2000-scans.jpg": lambda: jpeg(6000, 6000, 0xC2, scans=2000),
    "jpeg-side-zero.jpg": lambda: jpeg(0, 0),
    "jpeg-no-tables.jpg": lambda: jpeg(100, 100, tables=False),
    "jpeg-exif-loop.jpg": lambda: jpeg(8, 8, before=segment(0xE1, b"Exif\0\0" + ifd_loop())),
    "jpeg-exif-wild.jpg": lambda: jpeg(8, 8, before=segment(0xE1, b"Exif\0\0" + ifd_wild())),
    "jpeg-xmp-laughs.jpg": lambda: jpeg(8, 8, before=segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + laughs())),
    "jpeg-10000-comments.jpg": lambda: jpeg(8, 8, before=segment(0xFE, b"x" * 1000) * 10_000),
    "jpeg-255-profiles.jpg": lambda: jpeg(
        8, 8, before=b"".join(segment(0xE2, b"ICC_PROFILE\0" + bytes([i, 255]) + bytes(60_000)) for i in range(1, 256))
    ),
    "jpeg-huffman-overflow.jpg": lambda: b"\xff\xd8" + segment(0xC4, b"\0" + b"\xff" * 16 + b"\0" * 4080) + jpeg(8, 8)[2:],
    "jpeg-fill-bytes.jpg": lambda: b"\xff\xd8" + b"\xff" * (8 * MiB) + jpeg(8, 8)[2:],
    "jpeg-pdf.jpg": lambda: jpeg(8, 8, before=segment(0xFE, b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<</Root 1 0 R>>")),
    "jpeg-html.jpg": lambda: jpeg(8, 8, before=segment(0xFE, b"<html><script>alert(1)</script>")),
}

# WebP


def riff(*chunks, size=None):
    body = b"WEBP" + b"".join(kind + le("I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + le("I", len(body) if size is None else size) + body


def u24(value):
    return le("I", value)[:3]


def vp8l(width, height):
    return b"\x2f" + le("I", (width - 1) | (height - 1) << 14 | 1 << 28) + bytes(20)


def vp8x(width, height, flags=0):
    return b"VP8X", bytes([flags, 0, 0, 0]) + u24(width - 1) + u24(height - 1)


FILES |= {
    "webp-16383.webp": lambda: riff((b"VP8L", vp8l(16383, 16383))),
    "webp-9900.webp": lambda: riff((b"VP8L", vp8l(9900, 9900))),
    "webp-canvas-16-m.webp": lambda: riff(vp8x(2**24, 2**24), (b"VP8L", vp8l(1, 1))),
    "webp-20000-frames.webp": lambda: riff(
        vp8x(4000, 4000, 2),
        (b"ANIM", bytes(6)),
        *[(b"ANMF", bytes(6) + u24(3999) * 2 + bytes(4) + b"VP8L" + le("I", 25) + vp8l(4000, 4000) + b"\0")] * 20_000,
    ),
    "webp-size-lies.webp": lambda: riff((b"VP8L", vp8l(10, 10)), size=0xFFFFFFFF),
    "webp-vp8-huge.webp": lambda: riff((b"VP8 ", b"\x10\0\0\x9d\x01\x2a" + le("HH", 16383, 16383) + bytes(100))),
    "webp-exif-loop.webp": lambda: riff(vp8x(1, 1, 8), (b"VP8L", vp8l(1, 1)), (b"EXIF", ifd_loop())),
}

# ISO base media: AVIF, HEIC, MP4


def box(kind, *parts, size=None):
    body = b"".join(parts)
    return be("I", len(body) + 8 if size is None else size) + kind + body


def full(kind, *parts):
    return box(kind, bytes(4), *parts)


def nested(kind, depth, inner=b""):
    for _ in range(depth):
        inner = box(kind, inner)
    return inner


def heif(brand, item, width, height, properties=b"", references=b"", location=b""):
    info = box(b"infe", be("I", 0x02000000), be("HH", 1, 0), item, b"\0")
    meta = full(
        b"meta",
        full(b"hdlr", bytes(4), b"pict", bytes(13)),
        full(b"pitm", be("H", 1)),
        full(b"iinf", be("H", 1), info),
        box(b"iprp", box(b"ipco", full(b"ispe", be("II", width, height)), properties), full(b"ipma", be("IHBB", 1, 1, 1, 0x81))),
        references,
        location,
    )
    return box(b"ftyp", brand, bytes(4), b"mif1", brand) + meta + box(b"mdat", bytes(100))


def iloc(items):
    return full(b"iloc", be("H", 0x4400), be("H", len(items)), *[be("HHHII", i, 0, 1, at, length) for i, at, length in items])


for brand, extension, item in ((b"avif", "avif", b"av01"), (b"heic", "heic", b"hvc1")):
    FILES |= {
        f"{extension}-sides-2-32.{extension}": lambda brand=brand, item=item: heif(brand, item, 2**32 - 1, 2**32 - 1),
        f"{extension}-location-outside.{extension}": lambda brand=brand, item=item: heif(
            brand, item, 64, 64, location=iloc([(1, 0xFFFFFFF0, 0xFFFFFFFF)])
        ),
        f"{extension}-60000-locations.{extension}": lambda brand=brand, item=item: heif(
            brand, item, 64, 64, location=iloc([(1, 0, 2**31)] * 60_000)
        ),
        f"{extension}-grid-of-itself.{extension}": lambda brand=brand: heif(
            brand, b"grid", 60_000, 60_000, references=full(b"iref", box(b"dimg", be("HH", 1, 255), be("H", 1) * 255))
        ),
        f"{extension}-nested-10000.{extension}": lambda brand=brand: box(b"ftyp", brand, bytes(4), brand)
        + full(b"meta", nested(b"iprp", 10_000)),
        f"{extension}-box-of-zero.{extension}": lambda brand=brand: box(b"ftyp", brand, bytes(4), brand)
        + box(b"meta", bytes(4), box(b"iprp", size=0) * 1000),
    }

MP4 = box(b"ftyp", b"isom", bytes(4), b"isommp42")


def moov(*boxes):
    return MP4 + box(b"moov", full(b"mvhd", bytes(96)), *boxes) + box(b"mdat", bytes(1000))


def track(*tables, entry=b""):
    description = full(b"stsd", be("I", 1), entry)
    return box(
        b"trak",
        full(b"tkhd", bytes(80)),
        box(
            b"mdia",
            full(b"mdhd", bytes(20)),
            full(b"hdlr", bytes(4), b"vide", bytes(13)),
            box(b"minf", full(b"vmhd", bytes(8)), box(b"stbl", description, *tables)),
        ),
    )


def avc(width, height):
    # A sequence parameter set of 16,384 by 16,384 pixels, high profile.
    config = box(b"avcC", b"\1\x64\0\x34\xff\xe1", be("H", 12), bytes.fromhex("67640034acd940401000401f"), b"\1\0\4\x68\xeb\xe3\xcb")
    return box(b"avc1", bytes(6), be("H", 1), bytes(16), be("HH", width, height), bytes(50), config)


FILES |= {
    "mp4-nested-100000.mp4": lambda: MP4 + nested(b"moov", 20_000),
    "mp4-box-of-zero.mp4": lambda: MP4 + box(b"moov", size=0) * 100,
    "mp4-box-of-one.mp4": lambda: MP4 + be("I", 1) + b"moov" + be("Q", 2**64 - 1),
    "mp4-samples-2-32.mp4": lambda: moov(track(full(b"stsz", be("II", 0, 2**32 - 1)), entry=avc(64, 64))),
    "mp4-chunks-2-32.mp4": lambda: moov(track(full(b"stco", be("I", 2**32 - 1)), full(b"co64", be("I", 2**32 - 1)), entry=avc(64, 64))),
    "mp4-times-2-32.mp4": lambda: moov(track(full(b"stts", be("III", 1, 2**32 - 1, 2**32 - 1)), entry=avc(64, 64))),
    "mp4-10000-tracks.mp4": lambda: moov(*[track(entry=avc(64, 64))] * 10_000),
    "mp4-frame-65535.mp4": lambda: moov(
        track(
            full(b"stsz", be("III", 100, 1, 1)[:8]),
            full(b"stsc", be("IIII", 1, 1, 1, 1)),
            full(b"stco", be("II", 1, 800)),
            full(b"stts", be("III", 1, 1, 1)),
            entry=avc(65535, 65535),
        )
    ),
    "mp4-cover-bomb.m4a": lambda: box(b"ftyp", b"M4A ", bytes(4), b"M4A ")
    + box(
        b"moov",
        full(b"mvhd", bytes(96)),
        box(b"udta", full(b"meta", box(b"ilst", box(b"covr", box(b"data", be("II", 14, 0), png(30000, 30000, 8, 0, zeros(300 * MiB))))))),
    ),
    "mp4-html.mp4": lambda: MP4 + box(b"free", b"<html><script>alert(1)</script>"),
}

# JPEG XL, JPEG 2000

FILES |= {
    "jxl-huge.jxl": lambda: b"\xff\x0a" + b"\xff" * 12 + bytes(100),
    "jxl-noise.jxl": lambda: b"\xff\x0a\x48\x10" + b"\x5a\xc3" * 50_000,
    "jxl-boxes.jxl": lambda: box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl ", bytes(4), b"jxl ") + box(b"jxlp", be("I", 0)) * 50_000,
    "jxl-brotli.jxl": lambda: box(b"JXL ", b"\r\n\x87\n")
    + box(b"ftyp", b"jxl ", bytes(4), b"jxl ")
    + box(b"brob", b"Exif" + b"\xff" * 1000)
    + box(b"jxlc", b"\xff\x0a" + bytes(10)),
    "jp2-sides-2-32.j2k": lambda: j2k(2**32 - 1, 2**32 - 1, 2**32 - 1),
    "jp2-tiles-of-one.j2k": lambda: j2k(60_000, 60_000, 1),
    "jp2-16384-components.j2k": lambda: j2k(100, 100, 100, 16384),
}


def j2k(width, height, tile, components=1):
    size = be("HIIIIIIIIH", 0, width, height, 0, 0, tile, tile, 0, 0, components) + b"\7\1\1" * components
    coding = b"\0\0" + be("H", 1) + b"\0\5\4\4\0\1"
    return b"\xff\x4f" + segment(0x51, size) + segment(0x52, coding) + segment(0x5C, b"\x40" + bytes(16)) + segment(
        0x90, be("HIBB", 0, 0, 0, 1)
    ) + b"\xff\x93" + bytes(100) + b"\xff\xd9"


# TIFF, EXIF and raw files


def ifd(entries, next=0):
    return le("H", len(entries)) + b"".join(le("HHII", *entry) for entry in entries) + le("I", next)


def tiff(entries, next=0, rest=b"", big=b"II*\0"):
    return big + le("I", 8) + ifd(entries, next) + rest


def ifd_loop():
    return tiff([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x014A, 4, 1, 8), (0xA005, 4, 1, 8)], next=8)


def ifd_wild():
    kinds = [(0x010F, 2, 2**32 - 1, 8), (0x829A, 5, 2**31, 8), (0x927C, 7, 2**32 - 1, 2**32 - 1), (0x0112, 3, 1, 99)]
    return tiff(kinds * 1000, next=2**32 - 2)


def strip(width, height, compression, data, bits=8, samples=1, rows=None):
    count = 10
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits), (259, 3, 1, compression), (262, 3, 1, 1),
        (273, 4, 1, 8 + 2 + count * 12 + 4), (277, 3, 1, samples), (278, 4, 1, rows or height), (279, 4, 1, len(data)), (284, 3, 1, 1),
    ]  # fmt: skip
    return tiff(entries, rest=data)


FILES |= {
    "tiff-loop.tif": ifd_loop,
    "tiff-wild.tif": ifd_wild,
    "tiff-directory-chain.tif": lambda: b"II*\0"
    + le("I", 8)
    + b"".join(ifd([(256, 4, 1, 1)], next=8 + 18 * (i + 1)) for i in range(60_000))
    + ifd([]),
    "tiff-sides-2-32.tif": lambda: strip(2**32 - 1, 2**32 - 1, 1, b"x"),
    "tiff-deflate-bomb.tif": lambda: strip(9900, 9900, 8, zeros(9900 * 9900)),
    "tiff-one-strip-of-more.tif": lambda: strip(100, 100, 8, zeros(400 * MiB)),
    "tiff-lzw-bomb.tif": lambda: strip(9900, 9900, 5, b"\x80\x00" * 200_000),
    "tiff-packbits-bomb.tif": lambda: strip(9900, 9900, 32773, b"\x81\0" * 800_000),
    "tiff-fax-endless.tif": lambda: strip(60_000, 60_000, 4, b"\xff" * 100_000, bits=1),
    "tiff-rows-of-one.tif": lambda: strip(1, 90_000_000, 1, bytes(1000), rows=1),
    "tiff-big-loop.tif": lambda: b"II+\0" + le("HHQ", 8, 0, 16) + le("Q", 1) + le("HHQQ", 330, 16, 1, 16) + le("Q", 16),
    "raw-loop.dng": lambda: tiff([(0xC612, 1, 4, 1), (330, 4, 1, 8), (513, 4, 1, 0), (514, 4, 1, 2**32 - 1)], next=8),
    "raw-preview-outside.cr2": lambda: b"II*\0\x10\0\0\0CR\2\0" + le("I", 0) + ifd([(273, 4, 1, 2**32 - 2), (279, 4, 1, 2**32 - 1)]),
    "raw-offsets.raf": lambda: b"FUJIFILMCCD-RAW 0201" + bytes(64) + be("IIIIII", 2**32 - 1, 2**32 - 1, 84, 2**32 - 1, 1, 1) + bytes(100),
}

# Smaller formats

FILES |= {
    "bmp-sides-2-31.bmp": lambda: b"BM" + le("IIIIiiHHIIIIII", 100, 0, 54, 40, 2**31 - 1, -(2**31), 1, 24, 0, 0, 0, 0, 0, 0),
    "bmp-rle-bomb.bmp": lambda: b"BM"
    + le("IIIIiiHHIIIIII", 100, 0, 58, 40, 9900, 9900, 1, 8, 1, 0, 0, 0, 1, 0)
    + bytes(4)
    + b"\xff\0" * 400_000,
    "ico-65535-entries.ico": lambda: le("HHH", 0, 1, 65535) + le("BBBBHHII", 0, 0, 0, 0, 1, 32, 2**31, 22) * 65535,
    "ico-of-itself.ico": lambda: le("HHH", 0, 1, 1) + le("BBBBHHII", 0, 0, 0, 0, 1, 32, 22, 0),
    "icns-loop.icns": lambda: b"icns" + be("I", 2**32 - 1) + (b"ic10" + be("I", 0)) * 10_000,
    "qoi-sides-2-32.qoi": lambda: b"qoif" + be("IIBB", 2**32 - 1, 2**32 - 1, 4, 0) + bytes(100),
    "qoi-run-bomb.qoi": lambda: b"qoif" + be("IIBB", 9900, 9900, 4, 0) + b"\xfd" * 1_600_000,
    "pnm-huge.pgm": lambda: b"P5 99999999999999999999 1 255\n",
    "pnm-digits.ppm": lambda: b"P3 " + b"9" * (8 * MiB),
    "pnm-comments.pgm": lambda: b"P5\n" + b"# x\n" * 2_000_000,
    "pam-huge.pam": lambda: b"P7\nWIDTH 4294967295\nHEIGHT 4294967295\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n",
    "tga-huge.tga": lambda: le("BBBHHBHHHHBB", 0, 0, 10, 0, 0, 0, 0, 0, 65535, 65535, 32, 0) + b"\xff\0\0\0\0" * 100_000,
    "pcx-huge.pcx": lambda: b"\x0a\5\1\x08" + le("HHHH", 0, 0, 65535, 65535) + bytes(52) + b"\0\3" + le("H", 65534) + bytes(58) + b"\xff\0" * 100_000,
    "sgi-huge.sgi": lambda: be("HBBHHHH", 474, 1, 1, 3, 65535, 65535, 4) + bytes(500) + be("I", 2**32 - 1) * 10_000,
    "dds-huge.dds": lambda: b"DDS " + le("IIIIIII", 124, 0x1007, 2**31, 2**31, 0, 2**31, 99) + bytes(44) + le("II4s", 32, 4, b"DXT1") + bytes(40),
    "xpm-colours.xpm": lambda: b'/* XPM */\nstatic char *a[] = {\n"30000 30000 9999999 9",\n' + b'"aaaaaaaaa c #000000",\n' * 100_000 + b"};",
    "psd-huge.psd": lambda: b"8BPS\0\1" + bytes(6) + be("HIIHH", 56, 300_000, 300_000, 32, 3) + be("II", 2**32 - 1, 2**32 - 1),
    "fits-huge.fits": lambda: (b"SIMPLE  =                    T".ljust(80) + b"NAXIS   =                  999".ljust(80) + b"NAXIS1  = 99999999999999999999".ljust(80)) * 1000,
}

# SVG and other XML


def laughs(root=b"x", use=b"&l9;"):
    levels = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">' + levels + b"]><" + root + b">" + use + b"</" + root.split()[0] + b">"


def svg(content, sides=b'width="100" height="100"', more=b""):
    head = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    return more + head + sides + b">" + content + b"</svg>"


def doubling(levels):
    groups = [b'<g id="a0"><rect width="1" height="1"/></g>']
    for i in range(1, levels):
        groups.append(b'<g id="a%d">%s</g>' % (i, b'<use xlink:href="#a%d"/>' % (i - 1) * 10))
    return b"<defs>" + b"".join(groups) + b'</defs><use xlink:href="#a%d"/>' % (levels - 1)


FILES |= {
    "svg-laughs.svg": lambda: laughs(b'svg xmlns="http://www.w3.org/2000/svg"', b"<text>&l9;</text>"),
    "svg-entity-blow-up.svg": lambda: b'<!DOCTYPE svg [<!ENTITY a "' + b"a" * 100_000 + b'">]>' + svg(b"<text>" + b"&a;" * 50_000 + b"</text>"),
    "svg-external-entity.svg": lambda: b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg(b"<text>&a;</text>"),
    "svg-uses-10-9.svg": lambda: svg(doubling(9)),
    "svg-use-of-itself.svg": lambda: svg(b'<g id="a"><use xlink:href="#a"/></g>'),
    "svg-nested-100000.svg": lambda: svg(b"<g>" * 100_000 + b"</g>" * 100_000),
    "svg-pattern-of-itself.svg": lambda: svg(b'<pattern id="p" width="1" height="1"><rect width="9" height="9" fill="url(#p)"/></pattern><rect width="99" height="99" fill="url(#p)"/>'),
    "svg-mask-chain.svg": lambda: svg(b"".join(b'<mask id="m%d"><rect width="99" height="99" mask="url(#m%d)"/></mask>' % (i, i + 1) for i in range(5000)) + b'<rect width="99" height="99" mask="url(#m0)"/>'),
    "svg-blur-huge.svg": lambda: svg(b'<filter id="f"><feGaussianBlur stdDeviation="100000"/></filter><rect width="9000" height="9000" filter="url(#f)"/>', b'width="9000" height="9000"'),
    "svg-turbulence.svg": lambda: svg(b'<filter id="f"><feTurbulence baseFrequency="0.05" numOctaves="100000"/></filter><rect width="4000" height="4000" filter="url(#f)"/>', b'width="4000" height="4000"'),
    "svg-1000-filters.svg": lambda: svg(b'<filter id="f">' + b'<feMorphology operator="dilate" radius="400"/>' * 1000 + b'</filter><rect width="2000" height="2000" filter="url(#f)"/>', b'width="2000" height="2000"'),
    "svg-dashes.svg": lambda: svg(b'<path d="M0 0H1e9" stroke="red" stroke-dasharray="0.0001"/>'),
    "svg-sides-1e30.svg": lambda: svg(b'<rect width="1e30" height="1e30"/>', b'width="1e30" height="1e30"'),
    "svg-million-segments.svg": lambda: svg(b'<path stroke="red" d="M0 0' + b"L9 9L0 9" * 500_000 + b'"/>'),
    "svg-image-file.svg": lambda: svg(b'<image xlink:href="file:///etc/passwd" width="9" height="9"/><image xlink:href="http://127.0.0.1:1/" width="9" height="9"/>'),
    "svg-image-bomb.svg": lambda: svg(b'<image width="99" height="99" xlink:href="data:image/png;base64,' + base64.b64encode(png(30000, 30000, 8, 0, zeros(300 * MiB))) + b'"/>'),
    "svg-of-svg.svg": lambda: svg_of_svg(6),
    "svg-bomb.svgz": lambda: gzip.compress(b"<svg xmlns='http://www.w3.org/2000/svg'>" + b" " * (200 * MiB) + b"</svg>"),
    "svg-css-selectors.svg": lambda: svg(b"<style>" + b"g g g g g g g g g g rect{fill:red}" * 20_000 + b"</style>" + b"<g>" * 200 + b"<rect/>" * 2000 + b"</g>" * 200),
    "xml-nested.xml": lambda: b"<?xml version='1.0'?>" + b"<a>" * 1_000_000,
    "xml-laughs.xml": lambda: laughs(),
}


def svg_of_svg(depth):
    inner = svg(b'<rect width="9" height="9"/>')
    for _ in range(depth):
        inner = svg(b'<image width="99" height="99" xlink:href="data:image/svg+xml;base64,' + base64.b64encode(inner) + b'"/>' * 8)
    return inner


# PDF


def pdf(objects, root=1, trailer=b""):
    body = b"%PDF-1.7\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return body + b"trailer\n<< /Root %d 0 R %s >>\n%%%%EOF\n" % (root, trailer)


def stream(data, entries=b"", length=None):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data) if length is None else length, entries, data)


def page(content, resources=b"", box=b"0 0 100 100", *more):
    catalog, pages = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    this = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << %s >> >>" % (box, resources)
    return pdf([catalog, pages, this, content, *more])


FLATE = b"/Filter /FlateDecode"
FILES |= {
    "pdf-pages-loop.pdf": lambda: pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2147483647 >>"]),
    "pdf-box-1e9.pdf": lambda: page(stream(b"0 0 99 99 re f"), box=b"0 0 1000000000 1000000000"),
    "pdf-content-bomb.pdf": lambda: page(stream(zeros(400 * MiB), FLATE)),
    "pdf-bomb-of-bombs.pdf": lambda: page(stream(zlib.compress(zeros(900 * MiB)), b"/Filter [/FlateDecode /FlateDecode]")),
    "pdf-million-strokes.pdf": lambda: page(stream(zlib.compress(b"0 0 m 99 99 l 0 99 l S\n" * 2_000_000), FLATE)),
    "pdf-form-of-itself.pdf": lambda: page(stream(b"/F Do"), b"/XObject << /F 5 0 R >>", b"0 0 100 100", stream(b"/F Do /F Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>")),
    "pdf-image-60000.pdf": lambda: page(stream(b"99 0 0 99 0 0 cm /I Do"), b"/XObject << /I 5 0 R >>", b"0 0 100 100", stream(zeros(400 * MiB), FLATE + b" /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceGray")),
    "pdf-pattern-tiny.pdf": lambda: page(stream(b"/Pattern cs /P scn 0 0 100 100 re f"), b"/Pattern << /P 5 0 R >>", b"0 0 9000 9000", stream(b"0 0 1 1 re f", b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.0001 /YStep 0.0001 /Resources << >>")),
    "pdf-arrays-nested.pdf": lambda: pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 1_000_000]),
    "pdf-previous-loop.pdf": lambda: b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF",
    "pdf-length-of-itself.pdf": lambda: pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Length 2 0 R >>\nstream\nx\nendstream"]),
    "pdf-xref-2-32.pdf": lambda: b"%PDF-1.4\nxref\n0 4294967295\n" + b"0000000000 00000 n \n" * 1000 + b"trailer\n<< /Size 4294967295 /Root 1 0 R >>\nstartxref\n9\n%%EOF",
    "pdf-function-endless.pdf": lambda: page(stream(b"/S sh"), b"/Shading << /S << /ShadingType 1 /ColorSpace /DeviceGray /Domain [0 9999999 0 9999999] /Function 5 0 R >> >>", b"0 0 2000 2000", stream(b"{ " + b"dup mul sqrt " * 50_000 + b"pop }", b"/FunctionType 4 /Domain [0 1 0 1] /Range [0 1]")),
    "pdf-html.pdf": lambda: b"<html><script>alert(1)</script>\n" + page(stream(b"")),
    "pdf-zip.pdf": lambda: page(stream(b"")) + zipped({"a": b"x"}),
}

# Archives and documents in them


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(document, **more):
    kinds = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    links = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail" Target="docProps/thumbnail.png"/></Relationships>'
    return zipped({"[Content_Types].xml": kinds, "_rels/.rels": links, "word/document.xml": document, **more})


def zip_of_zips(depth):
    content = bytes(20 * MiB)
    for _ in range(depth):
        content = zipped({f"{i}.zip": content for i in range(10)})
    return content


def overlapping():
    """Many names for the same bytes, as David Fifield has them."""
    data = zeros(50 * MiB)[2:-4]
    local = b"PK\3\4" + le("HHHHHIIIHH", 20, 0, 8, 0, 0, 0, len(data), 50 * MiB, 1, 0) + b"a" + data
    entry = b"PK\1\2" + le("HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, 0, len(data), 50 * MiB, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 60_000
    return local + directory + b"PK\5\6" + le("HHHHIIH", 0, 0, 60_000, 60_000, len(directory), len(local), 0)


EPUB = b'<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="../../../etc/passwd"/></rootfiles></container>'
FILES |= {
    "zip-of-zips.zip": lambda: zip_of_zips(3),
    "zip-overlapping.zip": overlapping,
    "zip-paths.zip": lambda: zipped({"../../../etc/passwd": b"x", "/etc/passwd": b"x", "C:\\a": b"x", "a" * 60_000: b"x"}),
    "zip-directory-lies.zip": lambda: zipped({"a": b"x"})[:-22] + b"PK\5\6" + le("HHHHIIH", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0),
    "docx-thumbnail-bomb.docx": lambda: docx(b"<x/>", **{"docProps/thumbnail.png": png(30000, 30000, 8, 0, zeros(300 * MiB))}),
    "docx-thumbnail-inflates.docx": lambda: docx(b"<x/>", **{"docProps/thumbnail.png": bytes(400 * MiB)}),
    "docx-laughs.docx": lambda: docx(laughs(), **{"docProps/core.xml": laughs(), "docProps/app.xml": laughs()}),
    "odt-thumbnail-bomb.odt": lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "Thumbnails/thumbnail.png": png(30000, 30000, 8, 0, zeros(300 * MiB)), "meta.xml": laughs()}),
    "epub-paths.epub": lambda: zipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": EPUB}),
    "epub-laughs.epub": lambda: zipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": laughs()}),
    "gzip-bomb.gz": lambda: gzip.compress(bytes(400 * MiB)),
    "tar-lies.tar": lambda: b"a".ljust(100, b"\0") + b"0000644\0" * 3 + b"77777777777\0" + bytes(130) + b"ustar\0" + b"00" + bytes(247),
    "zstd-window.zst": lambda: b"\x28\xb5\x2f\xfd\x00\xff" + bytes(100),
    "7z-lies.7z": lambda: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(4) + le("QQI", 2**63, 2**63, 0) + bytes(100),
}

# Sounds and Matroska


def synchsafe(value):
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3(*frames, size=None, flags=0):
    body = b"".join(frames)
    return b"ID3\3\0" + bytes([flags]) + synchsafe(len(body) if size is None else size) + body


def id3_frame(kind, data, flags=0):
    return kind + be("IH", len(data), flags) + data


def ebml(name, data, size=None):
    return bytes.fromhex(name) + (be("Q", len(data) | 1 << 56) if size is None else size) + data


MKV = ebml("1A45DFA3", ebml("4282", b"matroska"))
UNKNOWN = b"\x01" + b"\xff" * 7
MP3 = b"\xff\xfb\x90\0" + bytes(413)
FILES |= {
    "mp3-tag-256-mib.mp3": lambda: id3(size=2**28 - 1) + MP3 * 10,
    "mp3-cover-bomb.mp3": lambda: id3(id3_frame(b"APIC", b"\0image/png\0\3\0" + png(30000, 30000, 8, 0, zeros(300 * MiB)))) + MP3 * 10,
    "mp3-compressed-frame.mp3": lambda: id3(id3_frame(b"APIC", be("I", 2**32 - 1) + zeros(400 * MiB), 0x80)) + MP3 * 10,
    "mp3-100000-frames.mp3": lambda: id3(id3_frame(b"TXXX", b"\0a\0b") * 100_000) + MP3 * 10,
    "mp3-frame-lies.mp3": lambda: id3(b"APIC" + be("IH", 2**32 - 1, 0) + b"x") + MP3 * 10,
    "flac-picture-lies.flac": lambda: b"fLaC" + b"\0\0\0\x22" + bytes(34) + b"\x86\0\0\x28" + be("II", 3, 2**32 - 1) + bytes(32),
    "flac-100000-blocks.flac": lambda: b"fLaC" + b"\0\0\0\x22" + bytes(34) + b"\1\0\0\0" * 100_000,
    "flac-comments-2-32.flac": lambda: b"fLaC" + b"\0\0\0\x22" + bytes(34) + b"\x84\0\0\x08" + le("II", 0, 2**32 - 1),
    "ogg-100000-pages.ogg": lambda: (b"OggS\0\0" + bytes(20) + b"\0") * 100_000,
    "opus-channels.opus": lambda: b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead\1\xff" + le("HIHB", 65535, 2**32 - 1, 0, 255),
    "wav-lies.wav": lambda: b"RIFF" + le("I", 2**32 - 1) + b"WAVEfmt " + le("IHHIIHH", 16, 1, 65535, 2**32 - 1, 2**32 - 1, 0, 65535) + b"data" + le("I", 2**32 - 1) + bytes(1000),
    "aiff-lies.aiff": lambda: b"FORM" + be("I", 2**32 - 1) + b"AIFFCOMM" + be("IHIH", 18, 65535, 2**32 - 1, 65535) + b"\x7f\xff" + b"\xff" * 8 + b"SSND" + be("I", 2**32 - 1),
    "mkv-nested.mkv": lambda: MKV + (bytes.fromhex("18538067") + UNKNOWN) * 100_000,
    "mkv-size-2-56.mkv": lambda: MKV + ebml("18538067", ebml("1654AE6B", b"x", be("Q", 2**56 - 2 | 1 << 56)), UNKNOWN),
    "mkv-100000-voids.mkv": lambda: MKV + ebml("18538067", ebml("EC", b"") * 100_000, UNKNOWN),
    "mkv-video-2-32.webm": lambda: ebml("1A45DFA3", ebml("4282", b"webm")) + ebml("18538067", ebml("1654AE6B", ebml("AE", ebml("D7", b"\1") + ebml("83", b"\1") + ebml("86", b"V_VP9") + ebml("E0", ebml("B0", be("I", 2**32 - 1)) + ebml("BA", be("I", 2**32 - 1))))) + ebml("1F43B675", ebml("E7", b"\0") + ebml("A3", b"\x81\0\0\x80" + b"\x82\x49\x83\x42\xff\xff\xff\xff" + bytes(100)))),
    "mkv-attachment-bomb.mkv": lambda: MKV + ebml("18538067", ebml("1941A469", ebml("61A7", ebml("466E", b"cover.png") + ebml("4660", b"image/png") + ebml("465C", png(30000, 30000, 8, 0, zeros(300 * MiB)))))),
    "avi-lies.avi": lambda: b"RIFF" + le("I", 2**32 - 1) + b"AVI LIST" + le("I", 2**32 - 1) + b"hdrlavih" + le("I", 56) + b"\xff" * 56,
    "flv-lies.flv": lambda: b"FLV\1\5\0\0\0\x09\0\0\0\0\x12\xff\xff\xff" + bytes(100),
    "midi-tracks.mid": lambda: b"MThd" + be("IHHH", 6, 1, 65535, 1) + (b"MTrk" + be("I", 2**32 - 1)) * 1000,
}

# Text

FILES |= {
    "empty": lambda: b"",
    "zeros.bin": lambda: bytes(20 * MiB),
    "line.txt": lambda: b"a" * (20 * MiB),
    "utf-16.txt": lambda: b"\xff\xfe" + b"\0\xd8" * MiB,
    "json-nested.json": lambda: b"[" * (4 * MiB),
    "html-nested.html": lambda: b"<!DOCTYPE html>" + b"<div>" * 500_000,
    "csv-quotes.csv": lambda: b'a,"' + b'""' * (4 * MiB),
    "rtf-nested.rtf": lambda: b"{\\rtf1" + b"{" * (4 * MiB),
    "eml-parts.eml": lambda: b'From: a@b\r\nSubject: =?utf-8?b?' + b"A" * MiB + b'?=\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n' + b"--a\r\n\r\n" * 200_000,
    "shebang": lambda: b"#!/bin/sh\nrm -rf /\n",
}


def truncations(root):
    """Each small file of the tests, cut off at a quarter, a half and shortly before its end."""
    folders = ["crates/tintype-media/tests/it/data", "crates/tintype-preview/tests/fixtures"]
    for path in sorted(path for folder in folders for path in (Path(root) / folder).iterdir() if path.suffix != ".sh"):
        content = path.read_bytes()
        for share, length in ((25, len(content) // 4), (50, len(content) // 2), (99, len(content) - 3)):
            yield f"cut-{share}-{path.name}", lambda content=content, length=length: content[:length]
