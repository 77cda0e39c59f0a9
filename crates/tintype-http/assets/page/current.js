// The list that is being looked at, for what happens beside it.

import { Signal } from './signal.js';

/** The source of the library; `null` while none is shown. */
export const library = new Signal(null);

/** Names of tags may have changed. */
export const tagsChanged = new Signal(0);
