// Sign a URL of a private file without asking tintype. See docs/media.md. Runs in Node.js.
import { createHmac } from "node:crypto";
import assert from "node:assert";

const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());

/** `path` begins with /media/ and is not encoded. */
export function sign(key, path, parameters) {
  const order = ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const query = Object.entries(parameters).sort(order).map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const signed = `${path.split("/").map(encode).join("/")}?${query}`;
  return `${signed}&signature=${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

const key = Buffer.from("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "base64");
for (const [path, parameters, expected] of [
  ["/media/core_media/2025/12/22/wallpaper.jpg", { expires: "1766430000" }, "jHGbS2m2YU66_d9-OvuUM9a6eXX6yy9ZmqEg1_wWIK8"],
  ["/media/core_media/2025/12/22/عکس_1.jpg", { expires: "1766430000", download: "عکس 1.jpg" }, "Pjjucr_Flj6WbpvS4j9FlvdjUEtfeZr4TSKNHIafHuQ"],
  ["/media/core_media/2025/12/22/a~b-c.d_e.txt", { expires: "1766430000", download: "" }, "tL7C7P_ByfEBkdTTg_ltUCZQnIOZS-VpUGe9mKwgm-M"],
]) {
  assert(sign(key, path, parameters).endsWith(`&signature=${expected}`), path);
}
console.log(sign(key, "/media/core_media/2025/12/22/wallpaper.jpg", { expires: String(Math.floor(Date.now() / 1000) + 3600) }));
