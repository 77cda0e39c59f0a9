// The files of a list, read page by page as they are looked at, and forgotten when they are far
// away.

import { call } from './api.js';
import { Signal } from './signal.js';

/** How many files a page has: what a large screen shows, and not much for a slow connection. */
export const PAGE = 30;

/** How many pages are remembered. */
const REMEMBERED = 100;

/** How many requests may be under way at a time. */
const PARALLEL = 3;

/** After how long a page is read again on which previews are being made, in milliseconds. */
const PENDING = 4000;

/** After how long a request that may succeed later is tried again, in milliseconds. */
const RETRY = 5000;

/** Files that match filters, in an order. */
export class Source {
    /** Grows with every change. */
    version = new Signal(0);
    /** How many files match; `null` until it is known. */
    count = null;
    error = null;
    #pages = new Map();
    #cursors = [];
    #under = new Map();
    #wanted = [];
    #hidden = new Set();
    #settled = new Set();
    #gone = 0;
    #generation = 0;
    #timer;
    #looked = [];

    constructor(filters, ordering) {
        this.filters = filters;
        this.ordering = ordering;
    }

    get pages() {
        return this.count === null ? 0 : Math.ceil(this.count / PAGE);
    }

    /** Returns the files of a page that is there, without those that are about to be deleted. */
    page(number) {
        return this.#pages.get(number)?.shown;
    }

    /** Returns the file at a place of the list, if it is there. */
    at(place) {
        return this.#pages.get(Math.floor(place / PAGE))?.files[place % PAGE];
    }

    /** Returns the place of a file among those that are there, or -1. */
    placeOf(id) {
        for (const [number, { files }] of this.#pages) {
            const index = files.findIndex((file) => file.id === id);
            if (index >= 0) return number * PAGE + index;
        }
        return -1;
    }

    isHidden(file) {
        return this.#hidden.has(file.id);
    }

    /** Asks for pages, the first one most. Those that were asked for before and are not under
     *  way are dropped. */
    want(numbers) {
        this.#looked = numbers;
        this.#wanted = numbers.filter((number) => this.#isMissing(number));
        for (const number of numbers) this.#touchPage(number);
        // While the bar is dragged, pages fly past that nobody looks at.
        clearTimeout(this.#timer);
        const known = this.#wanted.every((number) => this.#cursors[number] || number === 0);
        if (known) this.#next();
        else this.#timer = setTimeout(() => this.#next(), 90);
    }

    /** Returns the files of a page, once they are there. */
    async load(number) {
        if (!this.#isMissing(number)) return this.#pages.get(number)?.files ?? [];
        await (this.#under.get(number) ?? this.#fetch(number));
        return this.#pages.get(number)?.files ?? [];
    }

    /** Reads what is shown anew, and shows what is there until then. */
    refresh() {
        this.#generation += 1;
        this.error = null;
        this.#cursors = [];
        this.#under.clear();
        for (const page of this.#pages.values()) page.stale = true;
        return this.load(0);
    }

    /** Puts the present state of a file where it stands. */
    replace(file) {
        for (const page of this.#pages.values()) {
            const index = page.files.findIndex(({ id }) => id === file.id);
            if (index < 0) continue;
            page.files = page.files.with(index, file);
            this.#show(page);
        }
        this.#changed();
    }

    /** Takes files out of view. */
    hide(ids) {
        for (const id of ids) this.#hidden.add(id);
        this.#showAll();
    }

    /** Brings them back. */
    unhide(ids) {
        for (const id of ids) this.#hidden.delete(id);
        this.#showAll();
    }

    /** Notes that what was hidden is deleted: it is not counted any more. */
    settle(ids) {
        for (const id of ids) this.#settled.add(id);
    }

    /** How many of those that were counted are not shown. */
    get hiddenCount() {
        return this.#hidden.size - this.#gone;
    }

    #isMissing(number) {
        const page = this.#pages.get(number);
        return (!page || page.stale) && (this.count === null ? number === 0 : number < Math.max(1, this.pages));
    }

    #next() {
        // Else a refusal would be asked for again and again.
        while (!this.error && this.#under.size < PARALLEL) {
            const number = this.#wanted.find((candidate) => this.#isMissing(candidate) && !this.#under.has(candidate));
            if (number === undefined) return;
            this.#fetch(number).then(() => this.#next());
        }
    }

    #retry() {
        this.error = null;
        this.#next();
    }

    #fetch(number) {
        const generation = this.#generation;
        const request = this.#read(number, generation).catch((error) => {
            if (generation !== this.#generation) return;
            this.error = error;
            const mayPass = !error.status || error.status === 429 || error.status >= 500;
            if (mayPass) setTimeout(() => generation === this.#generation && this.#retry(), RETRY);
            this.#changed();
        });
        const ended = request.finally(() => {
            if (this.#under.get(number) === ended) this.#under.delete(number);
        });
        this.#under.set(number, ended);
        return ended;
    }

    async #read(number, generation) {
        const common = { ...this.filters, ordering: this.ordering, limit: PAGE };
        const isNear = !this.filters.similar_to;
        // The first page counts; those that follow cost the same however deep; the rest is where
        // somebody jumped to.
        const place = this.#cursors[number] ? { cursor: this.#cursors[number], paging: 'cursor', count: 'none' }
            : number ? { offset: number * PAGE, count: 'none' } : { paging: isNear ? 'cursor' : undefined };
        const answer = await call('GET', '/api/media/files', { parameters: { ...common, ...place } });
        if (generation !== this.#generation) return;
        if (answer.count !== null) {
            this.count = answer.count;
            this.#gone = this.#settled.size;
        }
        const cursor = answer.next && new URL(answer.next).searchParams.get('cursor');
        if (cursor) this.#cursors[number + 1] = cursor;
        this.error = null;
        const page = { files: answer.results, shown: answer.results, stale: false };
        this.#show(page);
        this.#pages.delete(number);
        this.#pages.set(number, page);
        this.#forget();
        this.#changed();
        if (page.files.some(({ preview }) => preview.status === 'pending')) setTimeout(() => this.#again(number, page), PENDING);
    }

    /** Reads a page again, if somebody looks at it. */
    #again(number, page) {
        if (this.#pages.get(number) !== page || !this.#looked.includes(number) || document.hidden) return;
        page.stale = true;
        this.want(this.#looked);
    }

    #touchPage(number) {
        const page = this.#pages.get(number);
        if (!page) return;
        this.#pages.delete(number);
        this.#pages.set(number, page);
    }

    #forget() {
        for (const number of this.#pages.keys()) {
            if (this.#pages.size <= REMEMBERED) return;
            this.#pages.delete(number);
        }
    }

    #show(page) {
        page.shown = this.#hidden.size ? page.files.filter((file) => !this.#hidden.has(file.id)) : page.files;
    }

    #showAll() {
        for (const page of this.#pages.values()) this.#show(page);
        this.#changed();
    }

    #changed() {
        this.version.value += 1;
    }
}
