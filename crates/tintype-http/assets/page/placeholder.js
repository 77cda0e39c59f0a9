// What stands in for a picture until it has come.

import { thumbHashToDataURL } from './lib/thumbhash.js';

const KEPT = 2000;
const made = new Map();

/** Returns the URL of a blurred picture from a ThumbHash in Base64. */
export function placeholderUrl(hash) {
    let url = made.get(hash);
    if (url) return url;
    url = thumbHashToDataURL(Uint8Array.from(atob(hash), (character) => character.charCodeAt(0)));
    if (made.size >= KEPT) made.delete(made.keys().next().value);
    made.set(hash, url);
    return url;
}

/** Returns the thumbnails of a file, the smallest first. */
export function thumbnailsOf(file) {
    return file.thumbnails.length ? file.thumbnails : file.preview.thumbnails;
}
