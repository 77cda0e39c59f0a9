// How files come in: dropped, pasted or picked. What then happens to them is loaded when the first
// one does.

import { html, useEffect, useState } from './lib/preact.js';
import { Icon } from './icons.js';
import { route } from './route.js';
import { CREATE, may } from './session.js';
import { t } from './text.js';

const OURS = 'application/x-tintype-files';

/** Begins uploads of `{file, folder}`; what is looked at becomes their tag if it is a folder. */
export async function bring(found) {
    if (!found.length || !may(CREATE)) return;
    const { add } = await import('./uploads/queue.js');
    add(found.map(({ file, path }) => ({ file, tags: [[folder(), path].filter(Boolean).join('/')].filter(Boolean) })));
}

/** Returns the tag or folder that is looked at. */
export function folder() {
    return route.value.page ? '' : (route.value.tags ?? '').split(',')[0].replace(/\/$/, '');
}

/** Lets one choose files, or a folder with all that is in it. */
export function pick({ isFolder = false } = {}) {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = isFolder;
    const pathOf = (file) => file.webkitRelativePath.split('/').slice(0, -1).join('/').replaceAll(',', ' ');
    input.addEventListener('change', () => bring([...input.files].map((file) => ({ file, path: pathOf(file) }))));
    // Tests, and browsers that forget inputs outside of the document.
    input.hidden = true;
    input.className = 'picker';
    document.querySelector('input.picker')?.remove();
    document.body.append(input);
    input.click();
}

/** Returns `{file, path}` of all files in what was dropped, folders included. */
async function dropped(items) {
    const entries = [...items].filter(({ kind }) => kind === 'file').map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
    const found = [];
    for (const { entry, file } of entries) {
        if (entry?.isDirectory) await walk(entry, entry.name, found);
        else if (file) found.push({ file });
    }
    return found;
}

async function walk(folder, path, found) {
    const reader = folder.createReader();
    const read = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    // A folder is read in parts, until one is empty.
    for (let entries = await read(); entries.length; entries = await read()) {
        for (const entry of entries) {
            if (entry.isDirectory) await walk(entry, `${path}/${entry.name}`, found);
            else found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path: path.replaceAll(',', ' ') });
        }
    }
}

/** Takes what is dropped or pasted anywhere on the page, and says so while something is above
 *  it. */
export function Drops() {
    const [isOver, setOver] = useState(false);
    useEffect(() => {
        let timer;
        const carries = (event) => event.dataTransfer?.types.includes('Files') && !event.dataTransfer.types.includes(OURS);
        const over = (event) => {
            if (!carries(event)) return;
            event.preventDefault();
            event.dataTransfer.dropEffect = 'copy';
            setOver(true);
            clearTimeout(timer);
            timer = setTimeout(() => setOver(false), 200);
        };
        const drop = async (event) => {
            if (!carries(event)) return;
            event.preventDefault();
            setOver(false);
            await bring(await dropped(event.dataTransfer.items));
        };
        const paste = (event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (!files.length) return;
            event.preventDefault();
            bring(files.map((file) => ({ file })));
        };
        const listeners = { dragover: over, drop, paste };
        for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
        return () => {
            for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
        };
    }, []);
    return isOver && html`<div class="drop-here"><${Icon} name="upload" /><p>${t('dropHere')}</p></div>`;
}

/** The view of those who may add files but see none. */
export function DropTarget() {
    return html`<div class="empty big"><${Icon} name="upload" /><p>${t('dropOrPick')}</p>
        <button type="button" class="primary" onClick=${() => pick()}><${Icon} name="upload" />${t('upload')}</button></div>`;
}
