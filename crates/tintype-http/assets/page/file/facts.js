// What is known of a file, and what can be changed.

import { html, useEffect, useRef, useState } from '../lib/preact.js';
import { change } from '../actions.js';
import { authorization, problemOf, url } from '../api.js';
import { library } from '../current.js';
import { Icon } from '../icons.js';
import { go } from '../route.js';
import { CHANGE, may } from '../session.js';
import { date, duration, explain, number, size, t } from '../text.js';
import { say } from '../toast.js';
import { Links } from './links.js';
import { Metadata } from './metadata.js';
import { Tags } from './tags.js';

export function Facts({ file, etag, changed, isFocusing, setFocusing }) {
    const isEditable = may(CHANGE);
    const save = async (json) => {
        try {
            changed(await change(file.id, json, etag));
            return true;
        } catch (error) {
            say(explain(error), { isError: true });
            return false;
        }
    };
    const isPrivate = file.visibility === 'private';
    const taken = file.metadata.taken_at;
    const rows = [
        ['type', html`${t(`type_${file.type}`)} <small dir="ltr">${file.mime_type}</small>`],
        ['fileSize', size(file.size)],
        file.width && ['dimensions', html`<bdi>${number(file.width, { useGrouping: false })} × ${number(file.height, { useGrouping: false })}</bdi>`],
        file.metadata.duration !== undefined && ['duration', duration(file.metadata.duration)],
        taken && ['taken', date(taken, 'short')],
        ['uploaded', date(file.created_at, 'short')],
        file.updated_at !== file.created_at && ['changedAt', date(file.updated_at, 'short')],
        file.user && ['uploadedBy', html`<bdi>${file.user.full_name || file.user.username}</bdi>`],
    ].filter(Boolean);

    return html`<aside class="facts" aria-label=${t('details')}>
        <${Editable} label=${t('name')} value=${file.name} isEditable=${isEditable} save=${(name) => save({ name })} required />
        <${Editable} label=${t('description')} value=${file.description} isEditable=${isEditable} save=${(description) => save({ description })} isLong />
        <${Tags} tags=${file.tags} isEditable=${isEditable} save=${(tags) => save({ tags })} />
        <section><h3>${t('visibility')}</h3>
            ${isEditable ? html`<div class="switch" role="group" aria-label=${t('visibility')}>
                <button type="button" aria-pressed=${String(!isPrivate)} onClick=${() => isPrivate && save({ visibility: 'public' })}><${Icon} name="unlock" />${t('public')}</button>
                <button type="button" aria-pressed=${String(isPrivate)} onClick=${() => isPrivate || save({ visibility: 'private' })}><${Icon} name="lock" />${t('private')}</button>
            </div>` : html`<p>${t(file.visibility)}</p>`}
            <small>${t(isPrivate ? 'privateMeans' : 'publicMeans')}</small>
        </section>
        <${Links} file=${file} />
        <section><h3>${t('details')}</h3><dl>${rows.map(([name, value]) => html`<div key=${name}><dt>${t(name)}</dt><dd>${value}</dd></div>`)}</dl></section>
        <${Metadata} metadata=${file.metadata} />
        ${file.preview.status === 'failed' && html`<p class="problem">${t(`reason_${file.preview.reason}`)}</p>`}
        <section class="more-actions">
            ${file.preview.status === 'ready' && html`<button type="button" class="quiet" onClick=${() => go({ ...none(), similar_to: file.id, file: '' })}><${Icon} name="image" />${t('similar')}</button>`}
            ${isEditable && file.thumbnails.length > 0 && html`<button type="button" class="quiet" aria-pressed=${String(isFocusing)} onClick=${() => setFocusing(!isFocusing)}><${Icon} name="focus" />${t('focalPoint')}</button>`}
            ${isEditable && file.focal_point && html`<button type="button" class="quiet" onClick=${() => save({ focal_point: null })}><${Icon} name="close" />${t('noFocalPoint')}</button>`}
            ${isEditable && html`<${Replace} file=${file} etag=${etag} changed=${changed} />`}
            <a class="button quiet" href=${file.f} target="_blank" rel="noopener"><${Icon} name=${file.type} />${t('openFile')}</a>
        </section>
    </aside>`;
}

function none() {
    return { search: '', type: '', tags: '', ordering: '' };
}

/** A text that is changed where it stands: saved when one leaves it, or by Enter. */
function Editable({ label, value, isEditable, save, isLong, required }) {
    const [text, setText] = useState(value);
    const input = useRef();
    useEffect(() => setText(value), [value]);
    if (!isEditable) return html`<section><h3>${label}</h3><p><bdi>${value || '–'}</bdi></p></section>`;
    async function leave() {
        const wanted = text.trim();
        if (wanted === value || (required && !wanted)) setText(value);
        else if (!(await save(wanted))) setText(value);
    }
    const press = (event) => {
        if (event.key === 'Enter' && (!isLong || event.ctrlKey)) input.current.blur();
        if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            setText(value);
            setTimeout(() => input.current.blur());
        }
    };
    const properties = { ref: input, value: text, dir: 'auto', onInput: (event) => setText(event.target.value), onBlur: leave, onKeyDown: press };
    return html`<label class="field"><span>${label}</span>${isLong ? html`<textarea rows="2" placeholder=${t('addDescription')} ...${properties}></textarea>` : html`<input maxlength="255" ...${properties} />`}</label>`;
}

/** Puts other bytes in the place of the file's. */
function Replace({ file, etag, changed }) {
    const [part, setPart] = useState(null);
    function send(event) {
        const [chosen] = event.target.files;
        if (!chosen) return;
        const form = new FormData();
        form.append('f', chosen);
        const request = new XMLHttpRequest();
        request.open('PUT', url(`/api/media/files/${file.id}`));
        for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value);
        if (etag) request.setRequestHeader('If-Match', etag);
        request.upload.onprogress = ({ loaded, total }) => setPart(loaded / total);
        request.onerror = () => fail({ status: 0 });
        request.onload = async () => {
            if (request.status !== 200) {
                fail(await problemOf(new Response(request.response, { status: request.status })));
                return;
            }
            setPart(null);
            const after = JSON.parse(request.response);
            library.value?.replace(after);
            changed({ file: after, etag: request.getResponseHeader('etag') });
            say(t('replaced'));
        };
        const fail = (error) => {
            setPart(null);
            say(explain(error), { isError: true });
        };
        setPart(0);
        request.send(form);
    }
    return html`<label class="button quiet"><${Icon} name="replace" />${t('replace')}<input class="hidden" type="file" onChange=${send} disabled=${part !== null} />
        ${part !== null && html`<progress max="1" value=${part} aria-label=${t('replace')}></progress>`}</label>`;
}
