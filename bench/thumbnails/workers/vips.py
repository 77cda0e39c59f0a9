"""pyvips' `thumbnail`, once for each size."""

import pyvips
from protocol import EDGES, QUALITY, serve, subsampling

pyvips.cache_set_max(0)


def thumbnails(path: str, extension: str) -> list[tuple[int, bytes]]:
    made = []
    for edge in EDGES:
        small = pyvips.Image.thumbnail(path, edge, height=edge, size="down")
        if extension == "png":
            data = small.pngsave_buffer(keep="none")
        else:
            data = small.jpegsave_buffer(Q=QUALITY, keep="none", subsample_mode="on" if subsampling(edge) == "4:2:0" else "off")
        made.append((edge, data))
    return made


version = ".".join(str(pyvips.version(part)) for part in range(3))
serve(f"pyvips {pyvips.__version__}, libvips {version}", thumbnails)
