// Where files stand in the grid or the list: one block for each page of the source.

import { justify, ratioOf } from './justify.js';
import { PAGE } from './source.js';

/** The least height of a line of the list, in pixels. */
export const LINE = 52;

/** The greatest height that all browsers draw, with room to spare. */
const TALLEST = 8_000_000;

/** The heights and tops of all pages of a source, those that are not there estimated. */
export class Shelves {
    #rows = new WeakMap();
    tops = new Float64Array(1);

    /** `mode`: `grid` or `list`; `target`: the wished height of rows; `gap`: between pictures. */
    constructor(source, mode, width, target, gap) {
        Object.assign(this, { source, mode, width, target, gap });
        this.measure();
    }

    /** Takes in what has changed. */
    measure() {
        const { source } = this;
        const tops = new Float64Array(source.pages + 1);
        for (let number = 0; number < source.pages; number += 1) {
            const files = source.page(number);
            tops[number + 1] = tops[number] + (files ? this.#layout(files, number).height : this.#estimate(number));
        }
        this.tops = tops;
    }

    get height() {
        return this.tops.at(-1);
    }

    /** What the scrolled element is high: pages beyond that are reached by moving what is in it. */
    get physicalHeight() {
        return Math.min(this.height, TALLEST);
    }

    /** Returns the page at a height. */
    pageAt(y) {
        let [low, high] = [0, this.tops.length - 2];
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if (this.tops[middle] <= y) low = middle;
            else high = middle - 1;
        }
        return Math.max(0, low);
    }

    /** Returns the rows of a page, tops from its own; `undefined` unless it is there. */
    rowsOf(number) {
        const files = this.source.page(number);
        return files && this.#layout(files, number).rows;
    }

    /** Returns `{x, width}` of the files of a row, in whole pixels. */
    places(files, row) {
        if (this.mode === 'list') return [{ x: 0, width: this.width }];
        const places = [];
        let x = 0;
        for (let index = row.start; index < row.end; index += 1) {
            const end = x + ratioOf(files[index]) * row.height;
            const isLast = index + 1 === row.end && Math.abs(end - this.width) < this.gap;
            places.push({ x: Math.round(x), width: (isLast ? this.width : Math.round(end)) - Math.round(x) });
            x = end + this.gap;
        }
        return places;
    }

    #layout(files, number) {
        let layout = this.#rows.get(files);
        if (layout) return layout;
        if (this.mode === 'list') {
            const rows = files.map((_, index) => ({ start: index, end: index + 1, top: index * LINE, height: LINE }));
            layout = { rows, height: rows.length * LINE };
        } else {
            layout = justify(files.map(ratioOf), this.width, this.target, this.gap, number + 1 === this.source.pages);
        }
        this.#rows.set(files, layout);
        return layout;
    }

    #estimate(number) {
        const count = Math.min(PAGE, this.source.count - number * PAGE);
        if (this.mode === 'list') return count * LINE;
        return Math.ceil((count * this.target * 1.3) / this.width) * (this.target + this.gap);
    }
}

/** Maps the position of a scroll bar to a height that may be greater than browsers draw. */
export class Scroller {
    #shift = 0;
    #last = 0;

    constructor(element) {
        this.element = element;
    }

    /** What is at the height `y` stands at `y - shift` in the scrolled element. */
    get shift() {
        return this.#shift;
    }

    /** Returns the height of what is at the upper edge. */
    position(shelves) {
        const { scrollTop, clientHeight } = this.element;
        const [beyond, room] = [shelves.height - clientHeight, shelves.physicalHeight - clientHeight];
        if (beyond <= room) {
            this.#shift = 0;
        } else if (Math.abs(scrollTop - this.#last) > 4 * clientHeight) {
            // The bar was dragged: the part of the bar is the part of the list.
            this.#shift = Math.round((scrollTop / room) * beyond) - scrollTop;
        } else if (scrollTop < clientHeight || scrollTop > room - clientHeight) {
            // Near an end of what is drawn: go on from where the bar should stand.
            this.scrollTo(scrollTop + this.#shift, shelves);
        }
        this.#last = this.element.scrollTop;
        return this.#last + this.#shift;
    }

    scrollTo(y, shelves) {
        const { clientHeight } = this.element;
        const [beyond, room] = [shelves.height - clientHeight, shelves.physicalHeight - clientHeight];
        const target = Math.max(0, Math.min(y, beyond));
        const physical = beyond <= room ? target : Math.round((target / beyond) * room);
        this.#shift = beyond <= room ? 0 : Math.round(target - physical);
        this.element.scrollTop = physical;
        this.#last = this.element.scrollTop;
    }
}
