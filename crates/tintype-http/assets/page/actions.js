// What is done with files, and how it is undone.

import { authorization, call, send, url } from './api.js';
import { library, tagsChanged, trashChanged } from './current.js';
import { clear } from './selection.js';
import { explain, number, t } from './text.js';
import { say } from './toast.js';

/** How long a delete can be undone, in milliseconds. */
const UNDO = 8000;

/** How many requests of one action are under way at a time. */
const PARALLEL = 4;

/** How many files a page may still delete while it is being closed, at most. */
const AT_CLOSE = 100;

/** Deletes that wait: their files are out of view already. */
const waiting = new Set();

/** Only what is in the trash is deleted for good: a file that somebody else has put there is not. */
const headersOf = (source) => (source?.filters.trashed ? {} : { 'If-Match': '*' });

addEventListener('pagehide', () => {
    for (const { ids, headers } of waiting) {
        for (const id of ids.slice(0, AT_CLOSE)) {
            fetch(url(`/api/media/files/${id}`), { method: 'DELETE', headers: { ...authorization(), ...headers }, keepalive: true });
        }
    }
    waiting.clear();
});

/** Takes files out of view at once, and deletes them unless that is undone. */
export function deleteLater(ids, source = library.value) {
    source?.hide(ids);
    clear();
    const job = { ids, headers: headersOf(source) };
    waiting.add(job);
    const timer = setTimeout(finish, UNDO);
    say(t('deleted', number(ids.length), ids.length), { shown: UNDO, action: { label: t('undo'), run: undo } });

    function undo() {
        clearTimeout(timer);
        waiting.delete(job);
        source?.unhide(ids);
    }
    async function finish() {
        if (!waiting.delete(job)) return;
        const failed = await forEach(ids, (id) => send('DELETE', `/api/media/files/${id}`, { headers: job.headers }));
        const lost = failed.filter(({ error }) => error.status !== 404);
        const kept = new Set(lost.map(({ item }) => item));
        source?.settle(ids.filter((id) => !kept.has(id)));
        if (lost.length) {
            source?.unhide(kept);
            say(`${t('notDeleted', number(lost.length), lost.length)} ${explain(lost[0].error)}`, { isError: true });
        }
        tagsChanged.value += 1;
        trashChanged.value += 1;
    }
}

/** Does something for each, some at a time; returns `{item, error}` of those that failed. */
export async function forEach(items, work, onProgress) {
    const failed = [];
    let next = 0;
    let done = 0;
    const worker = async () => {
        while (next < items.length) {
            const item = items[next];
            next += 1;
            try {
                await work(item);
            } catch (error) {
                failed.push({ item, error });
                // Without a session or a server the others fail as well.
                if ([0, 401].includes(error.status)) next = items.length;
            }
            done += 1;
            onProgress?.(done);
        }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return failed;
}

/** Changes a file, and shows it as it is then. `etag`: only if nobody changed it meanwhile. */
export async function change(id, json, etag) {
    const headers = etag ? { 'If-Match': etag } : {};
    const response = await send('PATCH', `/api/media/files/${id}`, { json, headers });
    const file = await response.json();
    library.value?.replace(file);
    if (json.tags) tagsChanged.value += 1;
    return { file, etag: response.headers.get('etag') };
}

/** Changes the tags of a file: `change` gets those it has and returns those it shall have. */
export async function changeTags(id, edit) {
    const response = await send('GET', `/api/media/files/${id}`);
    const file = await response.json();
    const tags = edit(file.tags);
    if (tags.join() === file.tags.join()) return file;
    return (await change(id, { tags }, response.headers.get('etag'))).file;
}

/** Takes a file out of the trash. */
export function restore(id) {
    return send('POST', `/api/media/files/${id}/restore`);
}

/** Returns the tags with one more, unless it is among them. */
export function withTag(tags, tag) {
    return tags.some((one) => one.toLowerCase() === tag.toLowerCase()) ? tags : [...tags, tag];
}

/** Saves what a URL gives, under the name that the server says. */
export function save(address) {
    const anchor = document.createElement('a');
    anchor.href = address;
    anchor.download = '';
    anchor.rel = 'noopener';
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
}

/** Copies a text and says so. */
export async function copy(text, said = t('copied')) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        // Only pages that came over HTTPS may use the clipboard directly.
        const area = document.createElement('textarea');
        area.value = text;
        (document.querySelector('dialog[open]') ?? document.body).append(area);
        area.select();
        document.execCommand('copy');
        area.remove();
    }
    say(said);
}

/** Makes a signed URL of a file. */
export function signedLink(id, options) {
    return call('POST', `/api/media/files/${id}/links`, { json: options });
}
