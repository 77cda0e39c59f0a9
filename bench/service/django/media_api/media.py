"""What an upload is, and its thumbnails, as Pillow's documentation and most applications have it."""

from io import BytesIO
from pathlib import PurePath

import magic
from django.core.files.base import ContentFile
from PIL import Image, ImageOps

EDGES = (64, 128, 512, 1080)
DOCUMENTS = {
    "application/pdf": "pdf",
    "application/zip": "compressed",
    "application/gzip": "compressed",
    "application/msword": "document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "spreadsheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "presentation",
}


def type_of(upload):
    mime_type = magic.from_buffer(upload.read(2048), mime=True)
    upload.seek(0)
    family = mime_type.split("/")[0]
    return family if family in ("image", "video", "audio", "text") else DOCUMENTS.get(mime_type, "other")


def thumbnails(image, file_name):
    """Yields edge, size and content of each thumbnail."""
    stem = PurePath(file_name).stem
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    upright = ImageOps.exif_transpose(image)
    for edge in EDGES:
        thumbnail = upright.copy()
        thumbnail.thumbnail((edge, edge), Image.LANCZOS)
        if not has_alpha and thumbnail.mode != "RGB":
            thumbnail = thumbnail.convert("RGB")
        buffer = BytesIO()
        thumbnail.save(buffer, format="PNG" if has_alpha else "JPEG")
        extension = "png" if has_alpha else "jpg"
        yield edge, thumbnail.size, ContentFile(buffer.getvalue(), f"{stem}_thumbnail_{edge}x{edge}.{extension}")
