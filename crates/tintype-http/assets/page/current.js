// The list that is being looked at, for what happens beside it.

import { Signal } from './signal.js';

/** The source of the library; `null` while none is shown. */
export const library = new Signal(null);

/** How long signed URLs that are refused are taken for a passing problem, in milliseconds. */
const PATIENCE = 60_000;

let renewed = 0;

/** Asks for the URLs of files anew, because a signed one has expired. */
export function renew() {
    if (Date.now() - renewed < PATIENCE) return;
    renewed = Date.now();
    library.value?.refresh();
}

/** Names of tags may have changed. */
export const tagsChanged = new Signal(0);

/** Files have gone into the trash, or out of it. */
export const trashChanged = new Signal(0);
