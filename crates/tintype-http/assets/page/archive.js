// Many files as one ZIP.

import { save } from './actions.js';
import { ApiError, call } from './api.js';
import { selectedIds, selection } from './selection.js';

/** Saves the selected files. What is selected by filter is not listed first: the server knows
 *  it. */
export async function zip(source) {
    const { ids, all } = selection.value;
    const json = all && !ids.size && !source.hiddenCount ? { filter: new URLSearchParams(source.filters).toString() } : { ids: await selectedIds(source) };
    const archive = await call('POST', '/api/media/archives', { json });
    // It can turn out only now that the server has to prepare something first.
    const answer = await fetch(archive.url, { method: 'HEAD' });
    if (!answer.ok) throw new ApiError(answer.status);
    save(archive.url);
}
