// The keys of the grid and the list.

import { extend, selectAll, toggle } from './selection.js';
import { PAGE } from './source.js';
import { isRightToLeft } from './text.js';

/** Does what a key says. `api`: what the shelf is made of. */
export async function keys(event, api) {
    const { source, shelves, view } = api;
    const place = view.current === null ? -1 : source.placeOf(view.current);
    const forward = isRightToLeft() ? 'ArrowLeft' : 'ArrowRight';
    const backward = isRightToLeft() ? 'ArrowRight' : 'ArrowLeft';
    let target;
    if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        selectAll();
        return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
        case forward: target = place + 1; break;
        case backward: target = place - 1; break;
        case 'ArrowDown': target = place < 0 ? 0 : beside(api, place, 1); break;
        case 'ArrowUp': target = place < 0 ? 0 : beside(api, place, -1); break;
        case 'Home': target = 0; break;
        case 'End': target = source.count - 1; break;
        case 'Enter': if (place >= 0) source.filters.trashed ? toggle(view.current, place) : api.onOpen(source.at(place)); break;
        case ' ': case 'x': if (place >= 0) toggle(view.current, place); break;
        case 'Delete': case 'Backspace': api.onDelete(place >= 0 ? view.current : undefined); break;
        default: return;
    }
    event.preventDefault();
    if (target === undefined) return;
    if (event.shiftKey && place >= 0) await extend(source, place);
    await moveTo(api, Math.max(0, Math.min(target, source.count - 1)), target < place ? -1 : 1);
    if (event.shiftKey) await extend(source, source.placeOf(view.current));
}

/** Makes the file at a place the current one, or the next that is in view. */
export async function moveTo(api, place, step) {
    const { source, shelves, view, scroller } = api;
    let at = place;
    let file;
    while (at >= 0 && at < source.count) {
        await source.load(Math.floor(at / PAGE));
        file = source.at(at);
        if (!file || !source.isHidden(file)) break;
        at += step;
    }
    if (!file) return;
    view.current = file.id;
    shelves.measure();
    const { row, number } = rowOf(api, at) ?? {};
    if (row) {
        const top = shelves.tops[number] + row.top;
        const { clientHeight } = api.element.current;
        if (top < view.y) scroller.scrollTo(top - 8, shelves);
        else if (top + row.height > view.y + clientHeight - 8) scroller.scrollTo(top + row.height - clientHeight + 16, shelves);
        view.y = scroller.position(shelves);
    }
    api.redraw();
}

/** Returns the row of a place, and the index of its file in what is shown of the page. */
function rowOf({ source, shelves }, place) {
    const number = Math.floor(place / PAGE);
    const file = source.at(place);
    const index = source.page(number)?.indexOf(file) ?? -1;
    const rows = shelves.rowsOf(number);
    const at = rows?.findIndex((row) => row.start <= index && index < row.end) ?? -1;
    return at < 0 ? undefined : { number, rows, at, row: rows[at], index };
}

/** Returns the place above (-1) or below (1), where the middle of the picture is closest. */
function beside(api, place, step) {
    const { source, shelves } = api;
    const here = rowOf(api, place);
    if (!here) return place + step;
    let { number, rows, at } = here;
    const middle = middleOf(shelves.places(source.page(number), here.row)[here.index - here.row.start]);
    at += step;
    if (at < 0 || at >= rows.length) {
        number += step;
        rows = shelves.rowsOf(number);
        if (!rows?.length) return step > 0 ? Math.min(number * PAGE, source.count - 1) : Math.max(0, (number + 1) * PAGE - 1);
        at = step > 0 ? 0 : rows.length - 1;
    }
    const files = source.page(number);
    const distances = shelves.places(files, rows[at]).map((spot) => Math.abs(middleOf(spot) - middle));
    const nearest = distances.indexOf(Math.min(...distances));
    return source.placeOf(files[rows[at].start + nearest].id);
}

function middleOf({ x, width }) {
    return x + width / 2;
}
