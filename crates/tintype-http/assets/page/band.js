// Selecting with a rubber band, drawn with the mouse from between the pictures.

import { select, selection } from './selection.js';
import { isRightToLeft } from './text.js';

const EDGE = 40;
const LEAST = 5;

/** Lets the shelf be selected from; returns what ends that. */
export function band({ source, shelves, scroller, element }) {
    const shelf = element.current;
    let from = null;
    let kept = null;
    let box = null;
    let pointer = null;
    let frame = 0;

    const point = (event) => {
        const canvas = shelf.firstElementChild.getBoundingClientRect();
        const x = isRightToLeft() ? canvas.right - event.clientX : event.clientX - canvas.left;
        return { x, y: event.clientY - canvas.top + scroller.shift };
    };

    function start(event) {
        const isBackground = event.target === shelf || event.target === shelf.firstElementChild;
        if (event.pointerType !== 'mouse' || event.button || !isBackground || event.offsetX > shelf.clientWidth) return;
        from = point(event);
        kept = event.ctrlKey || event.metaKey || event.shiftKey ? selection.value.ids : [];
        shelf.setPointerCapture(event.pointerId);
    }

    function move(event) {
        if (!from) return;
        pointer = event;
        const to = point(event);
        if (!box) {
            if (Math.hypot(to.x - from.x, to.y - from.y) < LEAST) return;
            box = document.createElement('div');
            box.className = 'band';
            shelf.firstElementChild.append(box);
        }
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => grow(to));
    }

    function grow(to) {
        if (!box) return;
        const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
        const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
        Object.assign(box.style, { insetInlineStart: `${left}px`, width: `${right - left}px`, top: `${top - scroller.shift}px`, height: `${bottom - top}px` });
        select(within(left, right, top, bottom), { keep: kept });
        const bounds = shelf.getBoundingClientRect();
        const [above, below] = [bounds.top + EDGE - pointer.clientY, pointer.clientY - bounds.bottom + EDGE];
        if (above <= 0 && below <= 0) return;
        shelf.scrollTop += below > 0 ? below / 2 : -above / 2;
        frame = requestAnimationFrame(() => grow(point(pointer)));
    }

    function within(left, right, top, bottom) {
        const ids = [];
        for (let number = shelves.pageAt(top); number < source.pages && shelves.tops[number] <= bottom; number += 1) {
            const files = source.page(number);
            for (const row of shelves.rowsOf(number) ?? []) {
                const y = shelves.tops[number] + row.top;
                if (y > bottom || y + row.height < top) continue;
                shelves.places(files, row).forEach(({ x, width }, index) => {
                    if (x <= right && x + width >= left) ids.push(files[row.start + index].id);
                });
            }
        }
        return ids;
    }

    function end() {
        if (from && !box) select([]);
        cancelAnimationFrame(frame);
        box?.remove();
        from = null;
        box = null;
    }

    const listeners = { pointerdown: start, pointermove: move, pointerup: end, pointercancel: end };
    for (const [name, listener] of Object.entries(listeners)) shelf.addEventListener(name, listener);
    return () => {
        end();
        for (const [name, listener] of Object.entries(listeners)) shelf.removeEventListener(name, listener);
    };
}
