// The tokens of a user.

import { html, useEffect, useState } from '../lib/preact.js';
import { copy } from '../actions.js';
import { call } from '../api.js';
import { Icon } from '../icons.js';
import { IconButton } from '../parts.js';
import { date, explain, t } from '../text.js';
import { say } from '../toast.js';

const LIFETIMES = { month: 30 * 86400, year: 365 * 86400, never: undefined };

export function Tokens({ user }) {
    const [tokens, setTokens] = useState(null);
    const [made, setMade] = useState(null);
    const path = `/api/users/${user.id}/tokens`;
    const load = () => call('GET', path).then(setTokens, (error) => say(explain(error), { isError: true }));
    useEffect(() => {
        load();
    }, [user.id]);

    async function create(event) {
        event.preventDefault();
        const form = event.target;
        const { label, lifetime } = Object.fromEntries(new FormData(form));
        try {
            setMade(await call('POST', path, { json: { label, ...(LIFETIMES[lifetime] ? { expires_in: LIFETIMES[lifetime] } : {}) } }));
            form.reset();
            load();
        } catch (error) {
            say(explain(error), { isError: true });
        }
    }
    async function revoke(token) {
        try {
            await call('DELETE', `/api/tokens/${token.id}`);
            load();
        } catch (error) {
            say(explain(error), { isError: true });
        }
    }
    return html`<div class="tokens">
        ${made && html`<div class="key"><p>${t('keyOnce')}</p><div class="row"><input readonly dir="ltr" value=${made.token} aria-label=${t('token')} onFocus=${(event) => event.target.select()} />
            <button type="button" class="primary" onClick=${() => copy(made.token)}><${Icon} name="copy" />${t('copy')}</button></div></div>`}
        <form class="inline" onSubmit=${create}>
            <input name="label" required maxlength="255" placeholder=${t('tokenLabel')} aria-label=${t('tokenLabel')} />
            <select name="lifetime" aria-label=${t('tokenLifetime')}>${Object.keys(LIFETIMES).map((name) => html`<option value=${name} key=${name}>${t(`valid_${name}`)}</option>`)}</select>
            <button type="submit" class="primary">${t('newToken')}</button>
        </form>
        ${tokens && html`<div class="table"><table><thead><tr><th scope="col">${t('name')}</th><th scope="col">${t('created')}</th><th scope="col">${t('lastUsed')}</th><th scope="col">${t('expires')}</th><th><span class="hidden">${t('actions')}</span></th></tr></thead>
            <tbody>${tokens.map((token) => html`<tr key=${token.id}><td><bdi>${token.label || '–'}</bdi></td><td>${date(token.created_at)}</td><td>${token.last_used_at ? date(token.last_used_at, 'short') : '–'}</td><td>${token.expires_at ? date(token.expires_at, 'short') : t('never')}</td>
                <td><${IconButton} icon="trash" label=${t('revoke', token.label)} onClick=${() => revoke(token)} /></td></tr>`)}</tbody></table></div>`}
    </div>`;
}
