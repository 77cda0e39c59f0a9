"""Sign a URL of a private file without asking tintype. See docs/media.md."""

import base64, hashlib, hmac, time
from urllib.parse import quote


def sign(key: bytes, path: str, parameters: dict[str, str]) -> str:
    """`path` begins with /media/ and is not encoded."""
    query = "&".join(f"{quote(n, '')}={quote(v, '')}" for n, v in sorted(parameters.items()))
    digest = hmac.new(key, f"{quote(path, '/')}?{query}".encode(), hashlib.sha256).digest()
    return f"{quote(path, '/')}?{query}&signature={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


if __name__ == "__main__":
    key = base64.b64decode("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    for path, parameters, expected in [
        ("/media/core_media/2025/12/22/wallpaper.jpg", {"expires": "1766430000"}, "jHGbS2m2YU66_d9-OvuUM9a6eXX6yy9ZmqEg1_wWIK8"),
        ("/media/core_media/2025/12/22/عکس_1.jpg", {"expires": "1766430000", "download": "عکس 1.jpg"}, "Pjjucr_Flj6WbpvS4j9FlvdjUEtfeZr4TSKNHIafHuQ"),
        ("/media/core_media/2025/12/22/a~b-c.d_e.txt", {"expires": "1766430000", "download": ""}, "tL7C7P_ByfEBkdTTg_ltUCZQnIOZS-VpUGe9mKwgm-M"),
    ]:
        assert sign(key, path, parameters).endswith(f"&signature={expected}"), path
    print(sign(key, "/media/core_media/2025/12/22/wallpaper.jpg", {"expires": str(int(time.time()) + 3600)}))
