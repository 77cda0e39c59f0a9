// Which files are selected.

import { call } from './api.js';
import { PAGE } from './source.js';
import { Signal } from './signal.js';

/** Ids of the selected files; or all that match, except some. */
export const selection = new Signal({ ids: new Set(), all: false });

/** From where a range is selected. */
let anchor = null;

export function isSelected(id) {
    const { ids, all } = selection.value;
    return ids.has(id) !== all;
}

/** How many are selected of a source. */
export function selectedCount(source) {
    const { ids, all } = selection.value;
    return all ? Math.max(0, (source.count ?? 0) - source.hiddenCount - ids.size) : ids.size;
}

export function clear() {
    anchor = null;
    if (selection.value.ids.size || selection.value.all) selection.value = { ids: new Set(), all: false };
}

export function selectAll() {
    selection.value = { ids: new Set(), all: true };
}

/** Selects exactly these, or these as well. */
export function select(ids, { keep } = {}) {
    selection.value = { ids: new Set([...(keep ?? []), ...ids]), all: false };
}

export function toggle(id, place) {
    const { ids, all } = selection.value;
    const changed = new Set(ids);
    if (!changed.delete(id)) changed.add(id);
    anchor = place;
    selection.value = { ids: changed, all };
}

/** Selects all from where the selection began to a place, as well. */
export async function extend(source, place) {
    const [from, to] = [Math.min(anchor ?? place, place), Math.max(anchor ?? place, place)];
    anchor ??= place;
    const ids = new Set(selection.value.ids);
    for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page += 1) {
        const files = await source.load(page);
        files.forEach((file, index) => {
            const at = page * PAGE + index;
            if (at >= from && at <= to && !source.isHidden(file)) ids.add(file.id);
        });
    }
    selection.value = { ids, all: false };
}

/** Returns the ids of all selected files, which may be many. */
export async function selectedIds(source) {
    const { ids, all } = selection.value;
    if (!all) return [...ids];
    const found = [];
    let cursor;
    do {
        const parameters = { ...source.filters, ordering: 'id', limit: 1000, paging: 'cursor', count: 'none', cursor };
        const answer = await call('GET', '/api/media/files', { parameters });
        found.push(...answer.results.map((file) => file.id).filter((id) => !ids.has(id)));
        cursor = answer.next && new URL(answer.next).searchParams.get('cursor');
    } while (cursor);
    return found;
}
