// Uploads that are not finished, kept by the browser so that they go on after a reload.

/** Larger files are not copied: they have to be chosen again. */
const LARGEST = 1024 * 1024 * 1024;

const STORE = 'uploads';
const PAUSED = 'tintype.paused';
let opened;

function open() {
    opened ??= new Promise((resolve, reject) => {
        const request = indexedDB.open('tintype', 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' });
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    return opened;
}

async function work(mode, act) {
    const database = await open();
    return new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, mode);
        const request = act(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error);
    });
}

/** Keeps an upload. Where there is no room for its bytes, it is kept without them; where nothing
 *  can be kept (private windows of some browsers), it is forgotten with the page. */
export async function keep({ key, user, file, name, size, modified, tags, path }) {
    const record = { key, user, file: file?.size <= LARGEST ? file : null, name, size, modified, tags, path };
    try {
        await work('readwrite', (store) => store.put(record));
    } catch {
        await work('readwrite', (store) => store.put({ ...record, file: null })).catch(() => {});
    }
}

/** Notes whether an upload waits for somebody to go on with it. */
export function keepPaused(key, isPaused) {
    const keys = pausedKeys().filter((other) => other !== key);
    if (isPaused) keys.push(key);
    localStorage.setItem(PAUSED, JSON.stringify(keys));
}

function pausedKeys() {
    return JSON.parse(localStorage.getItem(PAUSED) ?? '[]');
}

export async function forget(key) {
    keepPaused(key, false);
    await work('readwrite', (store) => store.delete(key)).catch(() => {});
}

/** Returns the uploads of a user, in the order in which they were added. */
export async function kept(user) {
    const records = await work('readonly', (store) => store.getAll()).catch(() => []);
    const paused = new Set(pausedKeys());
    return records.filter((record) => record.user === user).map((record) => ({ ...record, isPaused: paused.has(record.key) }));
}
