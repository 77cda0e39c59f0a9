// One file in the grid or the list.

import { Component, html } from './lib/preact.js';
import { renew } from './current.js';
import { Icon } from './icons.js';
import { placeholderUrl, thumbnailsOf } from './placeholder.js';
import { date, duration, size, t } from './text.js';

/** A file at its place. Drawn anew only when something of it has changed, for the sake of smooth
 *  scrolling. */
export class Tile extends Component {
    shouldComponentUpdate(next) {
        return Object.keys(next).some((name) => next[name] !== this.props[name]);
    }

    render({ file, mode, x, y, width, height, selected, current, place, count }) {
        const draw = mode === 'list' ? line : picture;
        return html`<div id=${`file-${file.id}`} data-id=${file.id} role="option" aria-selected=${String(selected)} aria-label=${mode === 'list' ? undefined : labelOf(file)} title=${file.name}
            aria-posinset=${place + 1} aria-setsize=${count} draggable
            class=${`${mode === 'list' ? 'line' : 'tile'}${selected ? ' selected' : ''}${current ? ' current' : ''}`}
            style=${{ insetInlineStart: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }}>
            ${draw(file, width, height)}
        </div>`;
    }
}

function labelOf(file) {
    // What is seen comes first, as it stands there.
    const length = file.metadata.duration;
    const seen = length === undefined ? file.name : `${file.name} ${duration(length)}`;
    return `${seen}, ${t(`type_${file.type}`)}, ${size(file.size)}`;
}

function picture(file, width, height) {
    return html`<${Picture} file=${file} width=${width} height=${height} />
        <span class="pick" aria-hidden="true"><${Icon} name="check" /></span>
        <span class="caption"><bdi>${file.name}</bdi></span>
        ${badgesOf(file)}`;
}

function line(file) {
    return html`<span class="pick" aria-hidden="true"><${Icon} name="check" /></span>
        <span class="small"><${Picture} file=${file} width=${40} height=${40} /></span>
        <span class="name"><bdi>${file.name}</bdi>${file.visibility === 'private' && html`<${Icon} name="lock" />`}</span>
        <span class="tags">${file.tags.map((tag) => html`<bdi key=${tag}>${tag}</bdi>`)}</span>
        <span class="kind">${t(`type_${file.type}`)}</span>
        <span class="size">${size(file.size)}</span>
        <span class="date">${file.trashed_until ? t('trashedUntil', date(file.trashed_until)) : date(file.created_at)}</span>`;
}

function badgesOf(file) {
    const length = file.metadata.duration;
    return html`<span class="badges">
        ${file.visibility === 'private' && html`<span title=${t('private')}><${Icon} name="lock" /></span>`}
        ${length !== undefined && html`<span>${duration(length)}</span>`}
        ${['pdf', 'document', 'presentation', 'spreadsheet', 'audio', 'video', 'compressed'].includes(file.type) && thumbnailsOf(file).length > 0 && html`<span><${Icon} name=${file.type} /></span>`}
    </span>`;
}

/** The thumbnail that fits, on a blurred picture of it; an icon for what has none. */
export function Picture({ file, width, height }) {
    // There are none of what is in the trash.
    const thumbnails = file.trashed_at ? [] : thumbnailsOf(file);
    const { colour, placeholder, status } = file.preview;
    if (!thumbnails.length) {
        const extension = file.name.includes('.') ? file.name.split('.').pop().slice(0, 5) : '';
        return html`<span class=${status === 'pending' ? 'no-picture pending' : 'no-picture'} data-extension=${width > 80 ? extension : ''}><${Icon} name=${file.type} /></span>`;
    }
    const wanted = devicePixelRatio * 0.9;
    const best = thumbnails.find((one) => one.width >= width * wanted && one.height >= height * wanted) ?? thumbnails.at(-1);
    const style = { backgroundColor: colour ?? '', backgroundImage: placeholder ? `url(${placeholderUrl(placeholder)})` : '' };
    return html`<span class="picture" style=${style}><img key=${best.f} src=${best.f} alt="" draggable=${false} decoding="async"
        onLoad=${(event) => event.currentTarget.classList.add('loaded')} onError=${(event) => (event.currentTarget.remove(), best.f.includes('signature=') && renew())} /></span>`;
}
