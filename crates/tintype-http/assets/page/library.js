// The files: what is shown of them, in which order, and what is done with many.

import { html, useEffect, useMemo, useState } from './lib/preact.js';
import { Icon } from './icons.js';
import { IconButton, Menu, lazy } from './parts.js';
import { FILTERS, filtersOf, go } from './route.js';
import { clear, selectedCount, selectedIds, selection } from './selection.js';
import { CREATE, DELETE, may } from './session.js';
import { Shelf } from './shelf.js';
import { useSignal } from './signal.js';
import { Source } from './source.js';
import { date, explain, number, size, t } from './text.js';
import { pick } from './upload.js';
import { library } from './current.js';

const File = lazy(() => import('./file/file.js'));
const Filters = lazy(() => import('./filters.js'));
const Selected = lazy(() => import('./selected.js'));

const CHIPS = ['image', 'video', 'audio', 'pdf,document,spreadsheet,presentation,text'];
const ORDERS = ['-created_at', 'created_at', '-taken_at', 'taken_at', 'name', '-name', '-size', 'size', 'type'];
const DEFAULT_ORDER = ORDERS[0];

/** Wished heights of rows, in pixels. */
const SIZES = [110, 160, 220, 300, 420];
const KEPT_SIZE = 'tintype.size';

function keyOf(state) {
    return JSON.stringify([filtersOf(state), state.ordering ?? DEFAULT_ORDER]);
}

/** A source that was made before it was wanted. */
let early = null;

/** Asks for the files of a state while the rest of the page is still being loaded. */
export function prefetch(state) {
    early = { key: keyOf(state), source: new Source(filtersOf(state), state.ordering ?? DEFAULT_ORDER) };
    early.source.load(0);
}

function sourceOf(state) {
    const isThere = early?.key === keyOf(state);
    const source = isThere ? early.source : new Source(filtersOf(state), state.ordering ?? DEFAULT_ORDER);
    early = null;
    return source;
}

export function Library({ state }) {
    const filters = filtersOf(state);
    const ordering = state.ordering ?? DEFAULT_ORDER;
    const source = useMemo(() => sourceOf(state), [keyOf(state)]);
    const mode = state.view === 'list' ? 'list' : 'grid';
    const [height, setHeight] = useState(() => Number(localStorage.getItem(KEPT_SIZE) ?? (innerWidth < 600 ? 1 : 2)));
    useSignal(source.version);
    const { ids, all } = useSignal(selection);

    useEffect(() => {
        library.value = source;
        clear();
    }, [source]);

    const resize = (event) => {
        setHeight(event.target.valueAsNumber);
        localStorage.setItem(KEPT_SIZE, event.target.value);
    };
    const open = (file) => go({ file: file.id }, { closable: true });
    async function remove(id) {
        if (!may(DELETE)) return;
        const chosen = selectedCount(source) ? await selectedIds(source) : [id].filter(Boolean);
        const { deleteLater } = await import('./actions.js');
        if (chosen.length) deleteLater(chosen, source);
    }

    // The trash is a place of its own.
    const active = FILTERS.filter((name) => filters[name] && name !== 'trashed');
    const isSelecting = all || ids.size > 0;
    return html`<div class="library"><h1 class="hidden">${t('files')}</h1>
        ${isSelecting ? html`<${Selected} source=${source} onDelete=${remove} />` : html`<div class="tools" role="toolbar" aria-label=${t('view')}>
            <div class="chips">
                <${Chip} label=${t('all')} pressed=${!state.type} onClick=${() => go({ type: '' })} />
                ${CHIPS.map((types) => html`<${Chip} key=${types} label=${t(`types_${types.split(',')[0]}`)} pressed=${state.type === types} onClick=${() => go({ type: state.type === types ? '' : types })} />`)}
            </div>
            <span class="spacer"></span>
            <span class="count" role="status">${source.count !== null && t('nFiles', number(Math.max(0, source.count - source.hiddenCount)), source.count - source.hiddenCount)}</span>
            <${Menu} icon="filter" label=${t('filters')} count=${active.filter((name) => !['search', 'type', 'tags'].includes(name)).length}>${(close) => html`<${Filters} state=${state} close=${close} />`}</${Menu}>
            <select class="order" aria-label=${t('order')} value=${ordering} onChange=${(event) => go({ ordering: event.target.value === DEFAULT_ORDER ? '' : event.target.value })}>
                ${ORDERS.map((name) => html`<option value=${name} key=${name}>${t(`order_${name}`)}</option>`)}
            </select>
            ${mode === 'grid' && html`<input class="zoom" type="range" min="0" max=${SIZES.length - 1} step="1" value=${height} aria-label=${t('size')} onInput=${resize} />`}
            <${IconButton} icon=${mode === 'grid' ? 'list' : 'grid'} label=${t(mode === 'grid' ? 'asList' : 'asGrid')} onClick=${() => go({ view: mode === 'grid' ? 'list' : '' }, { replace: true })} />
        </div>`}
        ${active.filter((name) => name !== 'type').length > 0 && html`<${Active} filters=${filters} names=${active.filter((name) => name !== 'type')} />`}
        ${source.error ? html`<p class="notice" role="alert">${explain(source.error)} <button type="button" onClick=${() => source.refresh()}>${t('again')}</button></p>` : null}
        ${source.count !== null && source.count <= source.hiddenCount && html`<${Empty} isFiltered=${active.length > 0} isTrash=${Boolean(filters.trashed)} tag=${active.length === 1 && may(CREATE) ? state.tags : ''} />`}
        <${Shelf} source=${source} mode=${mode} target=${SIZES[height]} onOpen=${open} onDelete=${remove} opened=${Number(state.file) || null} />
        ${state.file && html`<${File} id=${Number(state.file)} source=${source} />`}
    </div>`;
}

function Chip({ label, pressed, onClick }) {
    return html`<button type="button" class="chip" aria-pressed=${String(pressed)} onClick=${onClick}>${label}</button>`;
}

/** The filters that are set, each with a button that takes it out. */
function Active({ filters, names }) {
    const describe = (name) => {
        if (name === 'visibility') return t(filters[name]);
        if (name === 'preview_status') return t(`preview_${filters[name]}`);
        if (['search', 'tags', 'camera'].includes(name)) return filters[name];
        if (name === 'has_gps') return t(filters[name] === 'true' ? 'withPlace' : 'withoutPlace');
        return `${t(`filter_${name}`)} ${inWords(name, filters[name])}`;
    };
    return html`<ul class="active" aria-label=${t('filters')}>
        ${names.map((name) => html`<li key=${name}><bdi>${describe(name)}</bdi><button type="button" aria-label=${t('without', describe(name))} onClick=${() => go({ [name]: '' })}><${Icon} name="close" /></button></li>`)}
        <li><button type="button" class="quiet" onClick=${() => go(Object.fromEntries(FILTERS.filter((name) => name !== 'trashed').map((name) => [name, ''])))}>${t('noFilters')}</button></li>
    </ul>`;
}

/** Returns the value of a filter as people write it. */
function inWords(name, value) {
    if (/^size_/.test(name) && Number(value)) return size(Number(value));
    if (/_(from|to)$/.test(name) && /^\d{4}-\d\d-\d\d$/.test(value)) return date(`${value}T00:00`);
    return value;
}

function Empty({ isFiltered, isTrash, tag }) {
    if (isTrash && !isFiltered) return html`<div class="empty"><${Icon} name="trash" /><p>${t('trashEmpty')}</p></div>`;
    return html`<div class="empty"><${Icon} name=${tag ? 'folder' : isFiltered ? 'search' : 'image'} />
        <p>${tag ? t('emptyFolder', tag.replace(/\/$/, '')) : t(isFiltered ? 'nothingFound' : 'noFiles')}</p>
        ${(tag || !isFiltered) && !isTrash && may(CREATE) && html`<button type="button" class="primary" onClick=${() => pick()}><${Icon} name="upload" />${t('upload')}</button>`}
    </div>`;
}

