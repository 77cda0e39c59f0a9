// Upload links: by them people without an account add files.

import { html, useEffect, useState } from '../lib/preact.js';
import { copy } from '../actions.js';
import { call } from '../api.js';
import { Icon } from '../icons.js';
import { Dialog, Field, IconButton } from '../parts.js';
import { guestPage } from '../session.js';
import { date, explain, number, size, t } from '../text.js';
import { say } from '../toast.js';
import { TYPES } from '../types.js';

const PAGE = 100;
const MB = 1024 * 1024;
const LIFETIMES = { hour: 3600, day: 86400, week: 7 * 86400 };

export default function Links({ user }) {
    const [page, setPage] = useState(null);
    const [people, setPeople] = useState(new Map());
    const [isNew, setNew] = useState(false);
    const load = (offset = 0) => call('GET', '/api/media/upload-links', { parameters: { limit: PAGE, offset } })
        .then((found) => setPage((before) => (offset ? { ...found, results: [...before.results, ...found.results] } : found)), (error) => say(explain(error), { isError: true }));
    useEffect(() => {
        load();
        // Admins see everybody's.
        if (user.is_admin) call('GET', '/api/users', { parameters: { limit: 1000 } }).then(({ results }) => setPeople(new Map(results.map((one) => [one.id, one.full_name || one.username]))), () => {});
    }, []);
    async function revoke(link) {
        try {
            await call('DELETE', `/api/media/upload-links/${link.id}`);
            say(t('linkRevoked'));
            load();
        } catch (error) {
            say(explain(error), { isError: true });
        }
    }
    return html`<div class="admin">
        <header><h1>${t('uploadLinks')}</h1><span class="spacer"></span><button type="button" class="primary" onClick=${() => setNew(true)}><${Icon} name="add" />${t('newLink')}</button></header>
        ${page?.results.length === 0 && html`<p class="notice">${t('uploadLinksMean')}</p>`}
        ${page?.results.length > 0 && html`<div class="table"><table>
            <thead><tr><th scope="col">${t('linkWhat')}</th><th scope="col">${t('filesUsed')}</th><th scope="col">${t('expires')}</th><th scope="col">${t('limits')}</th>${user.is_admin && html`<th scope="col">${t('user')}</th>`}<th scope="col"><span class="hidden">${t('actions')}</span></th></tr></thead>
            <tbody>${page.results.map((link) => html`<${Row} key=${link.id} link=${link} owner=${user.is_admin ? people.get(link.user) ?? number(link.user) : null} revoke=${revoke} />`)}</tbody></table></div>
            ${page.next && html`<button type="button" onClick=${() => load(page.results.length)}>${t('showMore', number(page.count - page.results.length))}</button>`}`}
        ${isNew && html`<${NewLink} onClose=${() => setNew(false)} changed=${() => load()} />`}
    </div>`;
}

function Row({ link, owner, revoke }) {
    const isOver = new Date(link.expires_at) < new Date();
    const name = link.description || `${t('link')} ${number(link.id, { useGrouping: false })}`;
    const limits = [link.max_size && t('upTo', size(link.max_size)), link.visibility && t(link.visibility), ...link.allowed_types.map((type) => (TYPES.includes(type) ? t(`type_${type}`) : type))].filter(Boolean);
    return html`<tr class=${isOver || link.used >= link.uploads ? 'inactive' : ''}>
        <td><bdi>${name}</bdi></td><td>${t('usedOf', number(link.used), number(link.uploads))}</td>
        <td>${isOver ? t('expired') : date(link.expires_at, 'short')}</td><td class="wrapped">${limits.join(t('comma')) || '–'}</td>
        ${owner !== null && html`<td><bdi>${owner}</bdi></td>`}
        <td><${IconButton} icon="copy" label=${`${t('copyForPeople')}: ${name}`} onClick=${() => copy(guestPage(link.url))} />
            <${IconButton} icon="trash" label=${t('revokeLink', name)} onClick=${() => revoke(link)} /></td></tr>`;
}

function NewLink({ onClose, changed }) {
    const [problems, setProblems] = useState({});
    const [made, setMade] = useState(null);
    async function save(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        const json = { description: form.get('description').trim(), expires_in: LIFETIMES[form.get('lifetime')], uploads: Number(form.get('uploads')), allowed_types: TYPES.filter((type) => form.has(type)) };
        if (form.get('max_size')) json.max_size = Math.round(Number(form.get('max_size')) * MB);
        if (form.get('visibility')) json.visibility = form.get('visibility');
        try {
            setMade(await call('POST', '/api/media/upload-links', { json }));
            changed();
        } catch (error) {
            setProblems(Object.keys(error.fields).length ? error.fields : { non_field_errors: [explain(error)] });
        }
    }
    const problem = (name) => problems[name]?.join(' ');
    if (made) {
        const address = guestPage(made.url);
        return html`<${Dialog} title=${t('newLink')} onClose=${onClose}><div class="key"><p>${t('linkMade', date(made.expires_at, 'short'))}</p>
            <div class="row"><input readonly dir="ltr" value=${address} aria-label=${t('link')} onFocus=${(event) => event.target.select()} /><button type="button" class="primary" onClick=${() => copy(address)}><${Icon} name="copy" />${t('copy')}</button></div>
            <button type="button" class="quiet" onClick=${() => copy(made.url)}>${t('copyForPrograms')}</button></div></${Dialog}>`;
    }
    return html`<${Dialog} title=${t('newLink')} onClose=${onClose} wide>
        <form class="person" onSubmit=${save}>
            <div class="wide"><${Field} label=${t('linkWhat')} problem=${problem('description')}><input name="description" maxlength="255" dir="auto" autofocus /></${Field}></div>
            <${Field} label=${t('linkLifetime')} problem=${problem('expires_in')}><select name="lifetime" defaultValue="day">${Object.keys(LIFETIMES).map((name) => html`<option value=${name} key=${name} selected=${name === 'day'}>${t(`lifetime_${name}`)}</option>`)}</select></${Field}>
            <${Field} label=${t('filesAllowed')} problem=${problem('uploads')}><input name="uploads" type="number" min="1" required defaultValue="1" /></${Field}>
            <${Field} label=${t('largestFile')} hint=${t('noLimit')} problem=${problem('max_size')}><input name="max_size" type="number" min="0.001" step="any" /></${Field}>
            <${Field} label=${t('visibility')} problem=${problem('visibility')}><select name="visibility"><option value="">${t('asServer')}</option><option value="public">${t('public')}</option><option value="private">${t('private')}</option></select></${Field}>
            <fieldset class="wide"><legend>${t('allowedTypes')}</legend>${TYPES.map((type) => html`<label class="check" key=${type}><input type="checkbox" name=${type} /><span>${t(`type_${type}`)}</span></label>`)}<small class="wide">${problem('allowed_types') ?? t('allTypes')}</small></fieldset>
            ${problem('non_field_errors') && html`<p class="problem wide" role="alert">${problem('non_field_errors')}</p>`}
            <footer class="wide"><button type="button" onClick=${onClose}>${t('cancel')}</button><button type="submit" class="primary">${t('create')}</button></footer>
        </form>
    </${Dialog}>`;
}
