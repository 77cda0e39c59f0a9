// Files on their way to the server.

import { ApiError, call } from '../api.js';
import { library, tagsChanged } from '../current.js';
import { VIEW, guest, may, me } from '../session.js';
import { Signal } from '../signal.js';
import { explain, t } from '../text.js';
import { forget, keep, keepPaused, kept } from './kept.js';
import { append, create, end, look } from './tus.js';

/** How many are sent at a time. */
const PARALLEL = 3;

/** Larger files are not compared before they are sent: their checksum would need that much
 *  memory. */
const LARGEST_COMPARED = 256 * 1024 * 1024;

/** After how long something is tried again, in milliseconds; after the last one, one has to ask. */
const PATIENCE = [500, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 30000];

/** How often the server is asked whether it has made a file, in milliseconds. */
const POLL = 1500;

/** All uploads of this visit. `state`: `waiting`, `checking`, `sending`, `making`, `retrying`,
 *  `paused`, `duplicate`, `lost` (its bytes have to be chosen again), `failed` or `done`. */
export const uploads = new Signal([]);

const RUNNING = ['checking', 'sending', 'making', 'retrying'];

export const isRunning = (item) => RUNNING.includes(item.state);
export const isOpen = (item) => item.state !== 'done';

let last = Date.now();
let drawing = 0;

/** Draws soon, however often this is called. */
function changed() {
    drawing ||= setTimeout(() => {
        drawing = 0;
        uploads.value = [...uploads.value];
    }, 100);
}

/** Returns who the uploads belong to: a user, or a link. */
const whose = () => guest?.path ?? me.value.id;

/** Adds files, each with the tags that it shall have. */
export function add(found) {
    for (const { file, tags } of found) {
        const lost = uploads.value.find((item) => item.state === 'lost' && item.name === file.name && item.size === file.size && item.modified === file.lastModified);
        if (lost) {
            lost.file = file;
            lost.state = 'waiting';
            continue;
        }
        last += 1;
        const item = { key: last, user: whose(), file, name: file.name, size: file.size, modified: file.lastModified, tags, path: null, state: 'waiting', sent: 0, speed: 0 };
        uploads.value = [...uploads.value, item];
        keep(item);
    }
    changed();
    pump();
}

/** Goes on with what an earlier visit has not finished. */
export async function recall() {
    const records = await kept(whose());
    const known = new Set(uploads.value.map(({ key }) => key));
    const found = records.filter(({ key }) => !known.has(key)).map((record) => ({ ...record, state: !record.file ? 'lost' : record.isPaused ? 'paused' : 'waiting', sent: 0, speed: 0 }));
    if (!found.length) return;
    uploads.value = [...found, ...uploads.value];
    pump();
}

export function pause(item) {
    item.abort?.abort();
    item.state = 'paused';
    keepPaused(item.key, true);
    changed();
}

/** Goes on, also with what failed. `anyway`: although the server has a file of that content. */
export function resume(item, { anyway } = {}) {
    item.anyway ||= anyway;
    item.state = item.file ? 'waiting' : 'lost';
    item.problem = '';
    keepPaused(item.key, false);
    changed();
    pump();
}

/** Gives an upload up. */
export function drop(item) {
    item.abort?.abort();
    item.state = 'dropped';
    uploads.value = uploads.value.filter((other) => other !== item);
    forget(item.key);
    if (item.path && !item.id) end(item.path).catch(() => {});
    pump();
}

export function clearDone() {
    uploads.value = uploads.value.filter(isOpen);
}

function pump() {
    let free = PARALLEL - uploads.value.filter(isRunning).length;
    for (const item of uploads.value) {
        if (free <= 0) return;
        if (item.state !== 'waiting') continue;
        free -= 1;
        item.state = 'checking';
        run(item).catch((error) => {
            if (error.name === 'AbortError' || item.state === 'dropped' || item.state === 'paused') return;
            item.state = error.status === 401 ? 'paused' : 'failed';
            item.problem = error.name === 'NotReadableError' || error.name === 'NotFoundError' ? t('cannotRead') : explain(error);
            // What was refused would be refused again after a reload.
            if (item.state === 'failed' && error.status >= 400 && error.status < 500) forget(item.key);
        }).finally(() => {
            changed();
            pump();
        });
    }
}

async function run(item) {
    const abort = new AbortController();
    item.abort = abort;
    changed();
    if (!item.size) throw new ApiError(400, { errors: { f: [t('emptyFile')] } });
    if (!item.path && !item.anyway) {
        item.twin = await twinOf(item);
        abort.signal.throwIfAborted();
        if (item.twin) {
            item.state = 'duplicate';
            return;
        }
    }
    for (let tries = 0; ; tries += 1) {
        const before = item.sent;
        try {
            await transfer(item, abort.signal);
            break;
        } catch (error) {
            // What was sent counts as progress: then patience begins anew.
            if (item.sent > before) tries = 0;
            const mayPass = [0, 408, 409, 423, 429, 460, 500, 502, 503, 504].includes(error.status);
            if (!mayPass || tries >= PATIENCE.length) throw error;
            item.state = 'retrying';
            item.problem = explain(error);
            changed();
            await sleep(PATIENCE[tries], abort.signal);
        }
    }
    item.state = 'done';
    item.problem = '';
    item.sent = item.size;
    forget(item.key);
    // The bytes need no memory any more.
    item.file = null;
    arrived();
}

/** Sends what the server does not have yet. */
async function transfer(item, signal) {
    const there = item.path && (await look(item.path));
    if (!there) {
        item.path = await create(item.file, { filename: item.name, tags: item.tags.join(',') });
        keep(item);
    }
    let { offset, file } = there || { offset: 0, file: null };
    item.sent = offset;
    while (!file && offset < item.size) {
        signal.throwIfAborted();
        item.state = 'sending';
        const onProgress = (sent) => {
            measure(item, sent);
            // The bytes are there; the server looks at them before it answers.
            if (sent >= item.size) item.state = 'making';
            changed();
        };
        ({ offset, file } = await append(item.path, item.file, offset, { signal, onProgress }));
        measure(item, offset);
    }
    while (!file) {
        item.state = 'making';
        changed();
        await sleep(POLL, signal);
        ({ file } = await call('GET', item.path));
    }
    item.id = Number(file.split('/').pop());
}

function measure(item, sent) {
    const now = performance.now();
    const seconds = (now - (item.measured ?? now)) / 1000;
    if (seconds > 0.2 || !item.measured) {
        const speed = Math.max(0, sent - (item.measuredAt ?? sent)) / (seconds || 1);
        item.speed = item.speed ? item.speed * 0.7 + speed * 0.3 : speed;
        item.measured = now;
        item.measuredAt = sent;
    }
    item.sent = sent;
}

/** Returns the file of the same content that is on its way or that the server has, for those who
 *  may see it. */
async function twinOf(item) {
    if (!may(VIEW) || !crypto.subtle || item.size > LARGEST_COMPARED) return null;
    const digest = await crypto.subtle.digest('SHA-256', await item.file.arrayBuffer());
    const checksum = `sha256:${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    const other = uploads.value.find((one) => one !== item && one.checksum === checksum && !['failed', 'duplicate'].includes(one.state));
    if (other) return { id: other.id, name: other.name };
    item.checksum = checksum;
    try {
        const answer = await call('GET', '/api/media/files', { parameters: { checksum, limit: 1, count: 'none' } });
        return answer.results[0] ?? null;
    } catch (error) {
        if (error.status === 401) throw error;
        // It matters more that the file comes.
        return null;
    }
}

let refreshing = 0;

/** Shows what has come, not more than once in a while. */
function arrived() {
    const isLast = !uploads.value.some(isRunning);
    clearTimeout(refreshing);
    refreshing = setTimeout(() => {
        library.value?.refresh();
        tagsChanged.value += 1;
    }, isLast ? 100 : 1200);
}

function sleep(time, signal) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, time);
        signal.addEventListener('abort', () => (clearTimeout(timer), reject(new DOMException('', 'AbortError'))), { once: true });
        // The network is back: no need to wait.
        addEventListener('online', () => (clearTimeout(timer), resolve()), { once: true });
    });
}
