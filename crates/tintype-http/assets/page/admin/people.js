// Users, for admins.

import { html, useEffect, useState } from '../lib/preact.js';
import { call } from '../api.js';
import { Icon } from '../icons.js';
import { Dialog, Field, RemoveButton } from '../parts.js';
import { date, explain, number, t } from '../text.js';
import { say } from '../toast.js';
import { Tokens } from './tokens.js';

const PAGE = 100;
const PERMISSIONS = { 3801: 'mayAdd', 3802: 'maySee', 3803: 'mayChange', 3804: 'mayDelete' };

export default function People({ user: me }) {
    const [search, setSearch] = useState('');
    const [page, setPage] = useState(null);
    const [shown, show] = useState(null);
    const load = (offset = 0) => call('GET', '/api/users', { parameters: { search, limit: PAGE, offset } })
        .then((found) => setPage((before) => (offset ? { ...found, results: [...before.results, ...found.results] } : found)), (error) => say(explain(error), { isError: true }));
    useEffect(() => {
        const timer = setTimeout(load, search ? 180 : 0);
        return () => clearTimeout(timer);
    }, [search]);

    return html`<div class="admin">
        <header><h1>${t('people')}</h1><span class="spacer"></span>
            <input type="search" placeholder=${t('searchPeople')} aria-label=${t('searchPeople')} value=${search} onInput=${(event) => setSearch(event.target.value.trim())} />
            <button type="button" class="primary" onClick=${() => show({ user: null })}><${Icon} name="add" />${t('newUser')}</button>
        </header>
        ${page && html`<div class="table"><table>
            <thead><tr><th scope="col">${t('username')}</th><th scope="col">${t('fullName')}</th><th scope="col">${t('role')}</th><th scope="col">${t('lastSeen')}</th></tr></thead>
            <tbody>${page.results.map((user) => html`<tr key=${user.id} class=${user.is_active ? '' : 'inactive'}>
                <td><button type="button" class="quiet" onClick=${() => show({ user })}><bdi>${user.username}</bdi></button></td>
                <td><bdi>${user.full_name}</bdi></td>
                <td>${user.is_active ? roleOf(user) : t('inactive')}</td>
                <td>${user.last_login ? date(user.last_login, 'short') : '–'}</td></tr>`)}</tbody></table></div>
            ${page.next && html`<button type="button" onClick=${() => load(page.results.length)}>${t('showMore', number(page.count - page.results.length))}</button>`}`}
        ${shown && html`<${Person} key=${shown.user?.id} user=${shown.user} isMe=${shown.user?.id === me.id} onClose=${() => show(null)} changed=${() => load()} show=${show} />`}
    </div>`;
}

function roleOf(user) {
    if (user.is_admin) return t('admin');
    return user.is_staff ? `${t('staff')}: ${user.permissions.map((code) => t(PERMISSIONS[code] ?? String(code))).join(t('comma')) || t('nothing')}` : t('user');
}

function Person({ user, isMe, onClose, changed, show }) {
    const [problems, setProblems] = useState({});
    const [role, setRole] = useState(!user ? 'staff' : user.is_admin ? 'admin' : user.is_staff ? 'staff' : 'user');
    const failed = (error) => setProblems(Object.keys(error.fields).length ? error.fields : { non_field_errors: [explain(error)] });
    async function save(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        const text = (name) => form.get(name).trim();
        const json = { username: text('username'), first_name: text('first_name'), last_name: text('last_name'), email: text('email'), is_admin: role === 'admin', is_staff: role !== 'user', is_active: form.has('is_active'),
            permissions: Object.keys(PERMISSIONS).filter((code) => form.has(code)).map(Number), ...(form.get('password') ? { password: form.get('password') } : {}) };
        if (role !== 'staff' && user) json.permissions = user.permissions;
        try {
            const saved = await call(user ? 'PATCH' : 'POST', user ? `/api/users/${user.id}` : '/api/users', { json });
            changed();
            // Who has no password needs a token.
            if (user || saved.has_password) onClose();
            else show({ user: saved });
        } catch (error) {
            failed(error);
        }
    }
    async function remove() {
        try {
            await call('DELETE', `/api/users/${user.id}`);
            changed();
            onClose();
        } catch (error) {
            failed(error);
        }
    }
    const problem = (name) => problems[name]?.join(' ');
    const input = (name, label, more = {}) => html`<${Field} label=${label} problem=${problem(name)} hint=${more.hint}><input name=${name} defaultValue=${user?.[name] ?? ''} autocomplete="off" dir="auto" ...${more.input} /></${Field}>`;
    return html`<${Dialog} title=${user ? user.username : t('newUser')} onClose=${onClose} wide>
        <form class="person" onSubmit=${save}>
            ${input('username', t('username'), { input: { required: true, autocapitalize: 'none' } })}
            ${input('first_name', t('firstName'))}${input('last_name', t('lastName'))}${input('email', t('email'), { input: { type: 'email' } })}
            ${input('password', t(user?.has_password ? 'newPassword' : 'password'), { hint: t(user ? 'emptyKeeps' : 'emptyTokensOnly'), input: { type: 'password', autocomplete: 'new-password', defaultValue: '' } })}
            <${Field} label=${t('role')}><select value=${role} onChange=${(event) => setRole(event.target.value)}>${['admin', 'staff', 'user'].map((name) => html`<option value=${name} key=${name}>${t(name)}</option>`)}</select></${Field}>
            <small class="wide">${t(`role_${role}`)}</small>
            ${role === 'staff' && html`<fieldset class="wide"><legend>${t('permissions')}</legend>${Object.entries(PERMISSIONS).map(([code, name]) => html`<label class="check" key=${code}><input type="checkbox" name=${code} defaultChecked=${user ? user.permissions.includes(Number(code)) : code === '3802'} /><span>${t(name)}</span></label>`)}</fieldset>`}
            <label class="check wide"><input type="checkbox" name="is_active" defaultChecked=${user?.is_active ?? true} /><span>${t('isActive')}</span></label>
            ${problem('non_field_errors') && html`<p class="problem wide" role="alert">${problem('non_field_errors')}</p>`}
            <footer class="wide">
                ${user && !isMe && html`<${RemoveButton} label=${t('deleteUser')} question=${t('reallyDelete')} onClick=${remove} />`}
                <span class="spacer"></span><button type="button" onClick=${onClose}>${t('cancel')}</button><button type="submit" class="primary">${t('save')}</button>
            </footer>
        </form>
        ${user && html`<h3>${t('tokens')}</h3><${Tokens} user=${user} />`}
    </${Dialog}>`;
}
