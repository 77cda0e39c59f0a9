// The grid or the list: only what is in sight is drawn, however many files there are.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from './lib/preact.js';
import { keys, moveTo } from './shelf-keys.js';
import { clear, extend, isSelected, selection, toggle } from './selection.js';
import { Scroller, Shelves } from './shelves.js';
import { useSignal } from './signal.js';
import { PAGE } from './source.js';
import { t } from './text.js';
import { Tile } from './tile.js';

const HOLD = 450;

/** After how long what is out of sight is drawn as well, in milliseconds: what is in sight comes
 *  first. */
const FIRST_LOOK = 1200;
const GAP = 6;

/** `onOpen(file)` shows a file, `onDelete()` deletes what is selected; `opened` is the file that
 *  is shown. */
export function Shelf({ source, mode, target, onOpen, onDelete, opened }) {
    const element = useRef();
    const [size, setSize] = useState({ width: 0, height: 0 });
    const [, redraw] = useState(0);
    const version = useSignal(source.version);
    useSignal(selection);
    const view = useRef({ y: 0, drawn: 0, anchor: null, current: null }).current;
    const scroller = useMemo(() => element.current && new Scroller(element.current), [size.width > 0]);
    const shelves = useMemo(() => new Shelves(source, mode, size.width, target, GAP), [source, mode, size.width, target]);
    useMemo(() => shelves.measure(), [version]);

    useLayoutEffect(() => {
        const observer = new ResizeObserver(() => {
            const style = getComputedStyle(element.current);
            const width = element.current.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
            setSize({ width, height: element.current.clientHeight });
        });
        observer.observe(element.current);
        return () => observer.disconnect();
    }, []);

    // Another list begins at its top.
    useLayoutEffect(() => {
        Object.assign(view, { y: 0, drawn: 0, anchor: null, current: null, isFirstLook: true });
        element.current.scrollTop = 0;
        source.want([0]);
        const timer = setTimeout(() => {
            view.isFirstLook = false;
            redraw((count) => count + 1);
        }, FIRST_LOOK);
        return () => clearTimeout(timer);
    }, [source]);

    // What is looked at stays where it is while other things change their height.
    useLayoutEffect(() => {
        if (!scroller) return;
        if (view.anchor && view.y > 0) scroller.scrollTo(heightOf(shelves, view.anchor), shelves);
        look();
    }, [shelves, version, size.height, scroller]);

    function look() {
        view.y = scroller.position(shelves);
        view.anchor = anchorAt(shelves, view.y);
        const [first, last] = [shelves.pageAt(view.y - size.height), shelves.pageAt(view.y + 2 * size.height)];
        const wanted = [shelves.pageAt(view.y)];
        for (let number = first; number <= last; number += 1) if (number !== wanted[0]) wanted.push(number);
        source.want(wanted);
        if (Math.abs(view.y - view.drawn) > size.height / 3 || view.shift !== scroller.shift) redraw((count) => count + 1);
    }

    const api = { source, shelves, scroller, view, element, redraw: () => redraw((count) => count + 1), onOpen, onDelete };
    useEffect(() => {
        if (!scroller) return undefined;
        let end;
        let isOver = false;
        import('./band.js').then(({ band }) => {
            if (!isOver) end = band(api);
        });
        return () => {
            isOver = true;
            end?.();
        };
    }, [shelves, scroller]);

    // Who comes back from a file finds it, also after going on to others.
    useEffect(() => {
        if (opened) view.opened = opened;
        else if (view.opened) {
            const place = source.placeOf(view.opened);
            if (place >= 0) moveTo(api, place, 1);
            view.opened = null;
        }
    }, [opened]);

    const hold = useRef({}).current;
    const idOf = (event) => Number(event.target.closest('[role=option]')?.dataset.id);

    async function click(event) {
        const id = idOf(event);
        if (!id || hold.done) {
            hold.done = false;
            return;
        }
        const place = source.placeOf(id);
        element.current.focus({ preventScroll: true });
        view.current = id;
        const isPicking = event.target.closest('.pick') || event.ctrlKey || event.metaKey;
        if (event.shiftKey) await extend(source, place);
        // What is in the trash has to be restored before it can be looked at.
        else if (isPicking || selection.value.ids.size || selection.value.all || source.filters.trashed) toggle(id, place);
        else onOpen(source.at(place));
        api.redraw();
    }

    // Fingers select by holding.
    function press(event) {
        clearTimeout(hold.timer);
        hold.done = false;
        const id = idOf(event);
        if (event.pointerType !== 'touch' || !id) return;
        hold.timer = setTimeout(() => {
            hold.done = true;
            toggle(id, source.placeOf(id));
        }, HOLD);
    }
    const release = () => clearTimeout(hold.timer);

    function drag(event) {
        const id = idOf(event);
        // `null`: all that are selected, however many.
        const ids = !isSelected(id) ? [id] : selection.value.all ? null : [...selection.value.ids];
        event.dataTransfer.setData('application/x-tintype-files', JSON.stringify(ids));
        event.dataTransfer.effectAllowed = 'copyMove';
    }

    const tiles = size.width && scroller ? draw(api, size) : [];
    view.drawn = view.y;
    view.shift = scroller?.shift;
    const isSelecting = selection.value.all || selection.value.ids.size > 0;
    return html`<div ref=${element} id="files" class=${`shelf ${mode}${isSelecting ? ' selecting' : ''}`} role="listbox" tabindex="0" aria-multiselectable="true" aria-label=${t('files')}
        aria-activedescendant=${tiles.some(({ key }) => key === view.current) ? `file-${view.current}` : undefined} aria-busy=${String(source.count === null)}
        onScroll=${() => scroller && look()} onClick=${click} onMouseDown=${(event) => event.shiftKey && event.preventDefault()} onPointerDown=${press} onPointerUp=${release} onPointerCancel=${release} onPointerMove=${release}
        onContextMenu=${(event) => hold.done && event.preventDefault()} onDragStart=${drag}
        onKeyDown=${(event) => (event.key === 'Escape' ? clear() : keys(event, api))}>
        <div class="canvas" role="presentation" style=${{ height: `${shelves.physicalHeight}px` }}>${tiles}</div>
    </div>`;
}

/** Draws what is in sight, and a screen more on both sides. */
function draw({ source, shelves, scroller, view }, { height }) {
    const tiles = [];
    const beyond = view.isFirstLook && !view.y ? 0 : height;
    const [top, bottom] = [view.y - beyond, view.y + height + beyond];
    for (let number = shelves.pageAt(top); number < source.pages && shelves.tops[number] < bottom; number += 1) {
        const files = source.page(number);
        const pageTop = shelves.tops[number] - scroller.shift;
        if (!files) {
            tiles.push(html`<div key=${`page-${number}`} class="missing" style=${{ top: `${pageTop}px`, height: `${shelves.tops[number + 1] - shelves.tops[number]}px` }}></div>`);
            continue;
        }
        for (const row of shelves.rowsOf(number)) {
            const y = shelves.tops[number] + row.top;
            if (y + row.height < top || y > bottom) continue;
            const places = shelves.places(files, row);
            for (let index = row.start; index < row.end; index += 1) {
                const file = files[index];
                const { x, width } = places[index - row.start];
                tiles.push(html`<${Tile} key=${file.id} file=${file} mode=${shelves.mode} x=${x} y=${pageTop + row.top} width=${width} height=${row.height}
                    selected=${isSelected(file.id)} current=${view.current === file.id} place=${number * PAGE + index} count=${source.count} />`);
            }
        }
    }
    return tiles;
}

/** Returns what stands at a height: a page, the first file of a row, and how far below its top. */
function anchorAt(shelves, y) {
    const number = shelves.pageAt(y);
    const below = y - shelves.tops[number];
    const row = shelves.rowsOf(number)?.findLast((candidate) => candidate.top <= below);
    return { number, index: row?.start ?? 0, below: below - (row?.top ?? 0) };
}

/** Returns the height of what was anchored. */
function heightOf(shelves, { number, index, below }) {
    const row = shelves.rowsOf(number)?.findLast((candidate) => candidate.start <= index);
    return (shelves.tops[number] ?? shelves.height) + (row?.top ?? 0) + below;
}
