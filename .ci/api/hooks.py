"""What schemathesis does not know by itself: the media type of the bytes that tus sends."""

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
