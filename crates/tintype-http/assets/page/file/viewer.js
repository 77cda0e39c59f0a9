// What is seen of a file: a picture to zoom and pan, a player, a page, or text.

import { html, useEffect, useState } from '../lib/preact.js';
import { Icon } from '../icons.js';
import { placeholderUrl, thumbnailsOf } from '../placeholder.js';
import { size, t } from '../text.js';
import { Zoomed } from './zoomed.js';

/** How much of a text is shown. */
const SHOWN = 128 * 1024;

export function Viewer(properties) {
    const { file } = properties;
    if (file.type === 'video') return html`<${Player} file=${file} />`;
    if (file.type === 'audio') return html`<${Player} file=${file} />`;
    if (thumbnailsOf(file).length) return html`<${Zoomed} ...${properties} />`;
    if (file.type === 'text' || file.mime_type === 'application/json') return html`<${Text} file=${file} />`;
    return html`<${Nothing} file=${file} />`;
}

function Player({ file }) {
    const [cannot, setCannot] = useState(false);
    const poster = thumbnailsOf(file).at(-1)?.f;
    const fail = () => setCannot(true);
    if (cannot) {
        return html`<div class="player">${poster && html`<img src=${poster} alt="" />`}<p class="notice">${t('cannotPlay')}</p></div>`;
    }
    if (file.type === 'video') return html`<video class="player" controls playsinline preload="metadata" poster=${poster} src=${file.f} aria-label=${file.name} onError=${fail}></video>`;
    return html`<div class="player sound">
        ${poster ? html`<img src=${poster} alt="" style=${{ backgroundImage: file.preview.placeholder && `url(${placeholderUrl(file.preview.placeholder)})` }} />` : html`<${Icon} name="audio" />`}
        <strong><bdi>${file.metadata.title ?? file.name}</bdi></strong>
        ${file.metadata.artist && html`<span><bdi>${file.metadata.artist}</bdi></span>`}
        <audio controls preload="metadata" src=${file.f} aria-label=${file.name} onError=${fail}></audio>
    </div>`;
}

function Text({ file }) {
    const [text, setText] = useState(null);
    useEffect(() => {
        const abort = new AbortController();
        fetch(file.f, { headers: { Range: `bytes=0-${SHOWN - 1}` }, signal: abort.signal })
            .then(async (response) => setText(response.ok ? new TextDecoder().decode(await response.arrayBuffer()) : ''), () => {});
        return () => abort.abort();
    }, [file.f]);
    return html`<div class="text"><pre dir="auto" tabindex="0">${text}</pre>${file.size > SHOWN && html`<p>${t('beginningOnly', size(SHOWN))}</p>`}</div>`;
}

function Nothing({ file }) {
    const { status, reason } = file.preview;
    return html`<div class="empty"><${Icon} name=${file.type} />
        <p>${t(status === 'pending' ? 'previewPending' : status === 'failed' ? `reason_${reason}` : 'noPreview')}</p>
        <a class="button" href=${file.f} target="_blank" rel="noopener">${t('openFile')}</a></div>`;
}
