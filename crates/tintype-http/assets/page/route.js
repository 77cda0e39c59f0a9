// The state of the page that is worth a link: it stands in the URL, so that back, reload and
// sharing work.

import { Signal } from './signal.js';

/** Filters of the list of files, by the names that the API has for them. */
export const FILTERS = [
    'search', 'type', 'tags', 'visibility', 'preview_status', 'user_id', 'has_gps', 'camera', 'taken_from', 'taken_to',
    'created_from', 'created_to', 'size_min', 'size_max', 'similar_to', 'checksum', 'trashed',
];

/** The parameters of the URL. */
export const route = new Signal(read());

addEventListener('popstate', () => {
    route.value = read();
});

function read() {
    return Object.fromEntries(new URLSearchParams(location.search));
}

/** Returns the URL of the present state with changes; those without a value are taken out. */
export function link(changes, from = route.value) {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...from, ...changes })) {
        if (value !== undefined && value !== null && value !== '') parameters.set(name, value);
    }
    const query = parameters.toString().replaceAll('%2F', '/').replaceAll('%2C', ',');
    return query ? `?${query}` : location.pathname;
}

/** Changes the state. `replace`: without a step for the back button. `closable`: [`close`] goes
 *  back from it. */
export function go(changes, { replace = false, closable = false, from } = {}) {
    const target = link(changes, from);
    if (target === (location.search || location.pathname)) return;
    if (replace) history.replaceState(history.state, '', target);
    else history.pushState({ closable }, '', target);
    route.value = read();
}

/** Leaves a state that was entered from another one of the page, or by a link. */
export function close(changes) {
    if (history.state?.closable) history.back();
    else go(changes, { replace: true });
}

/** Returns the filters that are set. */
export function filtersOf(state) {
    return Object.fromEntries(FILTERS.filter((name) => state[name]).map((name) => [name, state[name]]));
}
