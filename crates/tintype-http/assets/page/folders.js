// Tags as a tree of folders, beside the library.

import { html, useEffect, useState } from './lib/preact.js';
import { changeTags, forEach, withTag } from './actions.js';
import { call } from './api.js';
import { library, tagsChanged } from './current.js';
import { Icon } from './icons.js';
import { Dialog, Field, IconButton, Menu } from './parts.js';
import { go, link, route } from './route.js';
import { clear, selectedIds } from './selection.js';
import { CHANGE, may } from './session.js';
import { useSignal } from './signal.js';
import { explain, number, t } from './text.js';
import { say } from './toast.js';
import { folder } from './upload.js';

const OURS = 'application/x-tintype-files';
const KEPT = 'tintype.folders';

export default function Folders() {
    const version = useSignal(tagsChanged);
    const state = useSignal(route);
    const [tags, setTags] = useState([]);
    const [open, setOpen] = useState(() => new Set(JSON.parse(localStorage.getItem(KEPT) ?? '[]')));
    const [asking, ask] = useState(null);
    useEffect(() => {
        let isOld = false;
        call('GET', '/api/media/tags').then((found) => isOld || setTags(found), () => {});
        return () => {
            isOld = true;
        };
    }, [version]);

    const fold = (path) => {
        const changed = new Set(open);
        if (!changed.delete(path)) changed.add(path);
        setOpen(changed);
        localStorage.setItem(KEPT, JSON.stringify([...changed]));
    };
    const current = state.page ? '' : (state.tags ?? '');
    const tree = treeOf(tags);
    return html`<section class="folders" aria-label=${t('tags')}>
        <datalist id="known-tags">${tags.map(({ name }) => html`<option value=${name} key=${name} />`)}</datalist>
        ${(tree.length > 0 || may(CHANGE)) && html`<header><h2>${t('tags')}</h2>${may(CHANGE) && html`<${IconButton} icon="add" label=${t('newFolder')} onClick=${() => ask({ action: 'create' })} />`}</header>`}
        ${tree.length > 0 && html`<ul>${tree.map((node) => html`<${Node} key=${node.path} node=${node} current=${current} open=${open} fold=${fold} ask=${ask} />`)}</ul>`}
        ${asking && html`<${Change} ...${asking} onClose=${() => ask(null)} />`}
    </section>`;
}

/** Returns the tree of tags: nodes `{name, path, count, below}`. What a folder holds is counted
 *  as well. */
function treeOf(tags) {
    const root = { below: new Map() };
    for (const { name, count } of tags) {
        let node = root;
        const parts = name.split('/').filter(Boolean);
        parts.forEach((part, depth) => {
            const key = part.toLowerCase();
            if (!node.below.has(key)) node.below.set(key, { name: part, path: parts.slice(0, depth + 1).join('/'), count: 0, below: new Map() });
            node = node.below.get(key);
            node.count += count;
        });
    }
    const listed = (node) => [...node.below.values()].map((child) => ({ ...child, below: listed(child) }))
        .sort((a, b) => a.name.localeCompare(b.name));
    return listed(root);
}

function Node({ node, current, open, fold, ask }) {
    const [isOver, setOver] = useState(false);
    const hasBelow = node.below.length > 0;
    // A folder shows what lies below it, a tag what has it.
    const filter = hasBelow ? `${node.path}/` : node.path;
    const isCurrent = current.replace(/\/$/, '').toLowerCase() === node.path.toLowerCase();
    const isOpen = open.has(node.path) || current.toLowerCase().startsWith(`${node.path.toLowerCase()}/`);
    // Out of the folder that is looked at, unless both are wanted.
    const origin = (event) => (event.ctrlKey || event.metaKey || current.includes(',') ? '' : current);
    const drop = async (event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        const from = origin(event);
        try {
            const ids = JSON.parse(event.dataTransfer.getData(OURS)) ?? (await selectedIds(library.value));
            await put(ids, node.path, from);
        } catch (error) {
            say(explain(error), { isError: true });
        }
    };
    const over = (event) => {
        if (!may(CHANGE) || isCurrent || !event.dataTransfer.types.includes(OURS)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = origin(event) ? 'move' : 'copy';
        setOver(true);
    };
    const show = (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ tags: isCurrent ? '' : filter, page: '', file: '' });
    };
    return html`<li>
        <div class=${`folder${isOver ? ' over' : ''}`} onDragOver=${over} onDragLeave=${() => setOver(false)} onDrop=${drop}>
            ${hasBelow ? html`<button type="button" class="fold" aria-expanded=${String(isOpen)} aria-label=${t('unfold', node.name)} onClick=${() => fold(node.path)}><${Icon} name="forward" mirrored /></button>` : html`<span class="fold"></span>`}
            <a class="entry" href=${link({ tags: filter }, {})} aria-current=${isCurrent ? 'page' : undefined} onClick=${show}><${Icon} name=${hasBelow ? 'folder' : 'tag'} /><bdi>${node.name}</bdi><small>${number(node.count)}</small></a>
            ${may(CHANGE) && html`<${Menu} icon="more" label=${t('changeTag', node.name)}>${(close) => html`
                <button type="button" onClick=${() => (close(), ask({ node, action: 'rename' }))}><${Icon} name="edit" />${t('rename')}</button>
                <button type="button" onClick=${() => (close(), ask({ node, action: 'empty' }))}><${Icon} name="trash" />${t('removeFromFiles')}</button>`}
            </${Menu}>`}
        </div>
        ${hasBelow && isOpen && html`<ul>${node.below.map((child) => html`<${Node} key=${child.path} node=${child} current=${current} open=${open} fold=${fold} ask=${ask} />`)}</ul>`}
    </li>`;
}

/** Gives files a tag, in place of the one that they were dragged from. */
async function put(ids, path, from) {
    const before = new Map();
    const isLeft = (tag) => from && (tag.toLowerCase() === from.replace(/\/$/, '').toLowerCase() || (from.endsWith('/') && tag.toLowerCase().startsWith(from.toLowerCase())));
    const failed = await forEach(ids, (id) => changeTags(id, (tags) => {
        before.set(id, tags);
        return withTag(tags.filter((tag) => !isLeft(tag)), path);
    }));
    const show = () => {
        if (!from) return;
        clear();
        library.value?.refresh();
    };
    async function undo() {
        const stuck = await forEach([...before], ([id, tags]) => changeTags(id, () => tags));
        if (stuck.length) say(explain(stuck[0].error), { isError: true });
        show();
    }
    show();
    if (failed.length) throw failed[0].error;
    say(t(from ? 'moved' : 'tagged', number(ids.length), ids.length, path), { shown: 8000, action: { label: t('undo'), run: undo } });
}

const TITLES = { create: 'newFolder', rename: 'rename', empty: 'removeFromFiles' };

/** Asks for the name of a tag or folder, or whether it shall go, and changes all its files. */
function Change({ node, action, onClose }) {
    const [progress, setProgress] = useState('');
    async function submit(event) {
        event.preventDefault();
        const name = action === 'empty' ? null : new FormData(event.target).get('name').trim().replace(/^\/+|\/+$/g, '');
        if (action === 'create') {
            // A folder is there as soon as a file is in it.
            go({ tags: name }, { from: {} });
            onClose();
            return;
        }
        try {
            await changeAll(node.path, name, (done, all) => setProgress(t('working', number(done), number(all))));
            if (route.value.tags?.replace(/\/$/, '') === node.path) go({ tags: name ? route.value.tags.replace(node.path, name) : '' });
            library.value?.refresh();
            onClose();
        } catch (error) {
            setProgress(explain(error));
        }
        tagsChanged.value += 1;
    }
    return html`<${Dialog} title=${t(TITLES[action])} onClose=${onClose}>
        <form onSubmit=${submit}>
            ${action !== 'empty' ? html`<${Field} label=${t('tagName')} hint=${t('slashHint')}><input name="name" required maxlength="100" pattern="[^,]+" value=${node?.path ?? folder()} autofocus /></${Field}>`
        : html`<p>${t('removeTagFromAll', node.path, number(node.count), node.count)}</p>`}
            <p role="status">${progress}</p>
            <footer><button type="button" onClick=${onClose}>${t('cancel')}</button><button type="submit" class="primary">${t({ create: 'create', rename: 'rename', empty: 'remove' }[action])}</button></footer>
        </form>
    </${Dialog}>`;
}

/** Gives all files of a tag, and of what lies below it, another name for it; none: takes it out. */
async function changeAll(path, name, onProgress) {
    const ids = new Set();
    for (const tags of [path, `${path}/`]) {
        let cursor;
        do {
            const answer = await call('GET', '/api/media/files', { parameters: { tags, limit: 1000, ordering: 'id', paging: 'cursor', count: 'none', cursor } });
            for (const file of answer.results) ids.add(file.id);
            cursor = answer.next && new URL(answer.next).searchParams.get('cursor');
        } while (cursor);
    }
    const [exact, below] = [path.toLowerCase(), `${path.toLowerCase()}/`];
    const edit = (tags) => tags.flatMap((tag) => {
        const folded = tag.toLowerCase();
        if (folded !== exact && !folded.startsWith(below)) return [tag];
        return name ? [name + tag.slice(path.length)] : [];
    }).filter((tag, index, all) => all.findIndex((other) => other.toLowerCase() === tag.toLowerCase()) === index);
    const failed = await forEach([...ids], (id) => changeTags(id, edit), (done) => onProgress(done, ids.size));
    if (failed.length) throw failed[0].error;
}
