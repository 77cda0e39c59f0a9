// Whom the server tells what happens to files, for admins.

import { html, useEffect, useState } from '../lib/preact.js';
import { copy } from '../actions.js';
import { call } from '../api.js';
import { Icon } from '../icons.js';
import { Dialog, Field, RemoveButton } from '../parts.js';
import { date, explain, number, t } from '../text.js';
import { say } from '../toast.js';

const EVENTS = ['file.created', 'file.changed', 'file.deleted', 'preview.ready'];
const PAGE = 100;

export default function Webhooks() {
    const [hooks, setHooks] = useState(null);
    const [shown, show] = useState(null);
    const load = () => call('GET', '/api/webhooks', { parameters: { limit: PAGE } }).then(({ results }) => setHooks(results), (error) => say(explain(error), { isError: true }));
    useEffect(() => {
        load();
    }, []);
    const stateOf = (hook) => {
        if (hook.is_active) return t(hook.failing_since ? 'hookFailing' : 'hookActive');
        return t(hook.disabled_reason ? `hookOff_${hook.disabled_reason}` : 'inactive');
    };
    return html`<div class="admin">
        <header><h1>${t('webhooks')}</h1><span class="spacer"></span><button type="button" class="primary" onClick=${() => show({ hook: null })}><${Icon} name="add" />${t('newWebhook')}</button></header>
        ${hooks?.length === 0 && html`<p class="notice">${t('webhooksMean')}</p>`}
        ${hooks?.length > 0 && html`<div class="table"><table>
            <thead><tr><th scope="col">${t('address')}</th><th scope="col">${t('events')}</th><th scope="col">${t('state')}</th></tr></thead>
            <tbody>${hooks.map((hook) => html`<tr key=${hook.id} class=${hook.is_active ? '' : 'inactive'}>
                <td><button type="button" class="quiet" onClick=${() => show({ hook })}><bdi>${hook.description || hook.url}</bdi></button></td>
                <td>${hook.events.length === EVENTS.length ? t('all') : html`<bdi>${hook.events.join(', ')}</bdi>`}</td><td>${stateOf(hook)}</td></tr>`)}</tbody></table></div>`}
        ${shown && html`<${Webhook} hook=${shown.hook} onClose=${() => show(null)} changed=${load} />`}
    </div>`;
}

function Webhook({ hook, onClose, changed }) {
    const [problems, setProblems] = useState({});
    const [secret, setSecret] = useState('');
    const [deliveries, setDeliveries] = useState(null);
    const failed = (error) => setProblems(Object.keys(error.fields).length ? error.fields : { non_field_errors: [explain(error)] });
    useEffect(() => {
        if (hook) call('GET', `/api/webhooks/${hook.id}/deliveries`, { parameters: { limit: 20 } }).then(({ results }) => setDeliveries(results), () => {});
    }, []);
    async function save(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        const json = { url: form.get('url').trim(), description: form.get('description').trim(), events: EVENTS.filter((name) => form.has(name)), ...(hook ? { is_active: form.has('is_active') } : {}) };
        try {
            const answer = await call(hook ? 'PATCH' : 'POST', hook ? `/api/webhooks/${hook.id}` : '/api/webhooks', { json });
            changed();
            if (answer.secret) setSecret(answer.secret);
            else onClose();
        } catch (error) {
            failed(error);
        }
    }
    async function remove() {
        try {
            await call('DELETE', `/api/webhooks/${hook.id}`);
            changed();
            onClose();
        } catch (error) {
            failed(error);
        }
    }
    const problem = (name) => problems[name]?.join(' ');
    if (secret) {
        return html`<${Dialog} title=${t('newWebhook')} onClose=${onClose}><div class="key"><p>${t('secretOnce')}</p><div class="row"><input readonly dir="ltr" value=${secret} aria-label=${t('secret')} onFocus=${(event) => event.target.select()} />
            <button type="button" class="primary" onClick=${() => copy(secret)}><${Icon} name="copy" />${t('copy')}</button></div></div></${Dialog}>`;
    }
    return html`<${Dialog} title=${hook ? hook.description || t('webhook') : t('newWebhook')} onClose=${onClose} wide>
        <form onSubmit=${save}>
            <${Field} label=${t('address')} problem=${problem('url')}><input name="url" type="url" required dir="ltr" placeholder="https://" defaultValue=${hook?.url ?? ''} /></${Field}>
            <${Field} label=${t('description')} problem=${problem('description')}><input name="description" dir="auto" defaultValue=${hook?.description ?? ''} /></${Field}>
            <fieldset><legend>${t('events')}</legend>${EVENTS.map((name) => html`<label class="check" key=${name}><input type="checkbox" name=${name} defaultChecked=${hook ? hook.events.includes(name) : true} /><span>${t(`event_${name}`)}</span></label>`)}${problem('events') && html`<small class="problem">${problem('events')}</small>`}</fieldset>
            ${hook && html`<label class="check"><input type="checkbox" name="is_active" defaultChecked=${hook.is_active} /><span>${t('hookIsActive')}</span></label>`}
            ${problem('non_field_errors') && html`<p class="problem" role="alert">${problem('non_field_errors')}</p>`}
            <footer>${hook && html`<${RemoveButton} label=${t('delete')} question=${t('reallyDeleteHook')} onClick=${remove} />`}<span class="spacer"></span>
                <button type="button" onClick=${onClose}>${t('cancel')}</button><button type="submit" class="primary">${t('save')}</button></footer>
        </form>
        ${deliveries?.length > 0 && html`<h3>${t('deliveries')}</h3><div class="table" role="region" tabindex="0" aria-label=${t('deliveries')}><table>
            <thead><tr><th scope="col">${t('event')}</th><th scope="col">${t('file')}</th><th scope="col">${t('state')}</th><th scope="col">${t('lastAttempt')}</th></tr></thead>
            <tbody>${deliveries.map((one) => html`<tr key=${one.id}><td><bdi>${one.event}</bdi></td><td>${number(one.file_id, { useGrouping: false })}</td>
                <td>${t(`delivery_${one.state}`)}${one.last_status || one.last_error ? html` <small dir="ltr">${one.last_status ?? one.last_error}</small>` : ''}</td>
                <td>${one.last_attempt_at ? date(one.last_attempt_at, 'short') : '–'}</td></tr>`)}</tbody></table></div>`}
    </${Dialog}>`;
}
