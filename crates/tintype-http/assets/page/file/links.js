// URLs of a file for other people.

import { html, useState } from '../lib/preact.js';
import { copy, signedLink } from '../actions.js';
import { Icon } from '../icons.js';
import { date, explain, t } from '../text.js';
import { say } from '../toast.js';

const LIFETIMES = { hour: 3600, day: 86400, week: 7 * 86400 };

export function Links({ file }) {
    const isPrivate = file.visibility === 'private';
    const [lifetime, setLifetime] = useState('day');
    const [made, setMade] = useState(null);
    async function sign(download) {
        try {
            const link = await signedLink(file.id, { expires_in: LIFETIMES[lifetime], ...(download ? { download: true } : {}) });
            setMade(link);
            await copy(link.url, t('linkCopied', date(link.expires_at, 'short')));
        } catch (error) {
            say(explain(error), { isError: true });
        }
    }
    return html`<section><h3>${t('link')}</h3>
        ${isPrivate ? html`<div class="row"><select aria-label=${t('linkLifetime')} value=${lifetime} onChange=${(event) => setLifetime(event.target.value)}>
                ${Object.keys(LIFETIMES).map((name) => html`<option value=${name} key=${name}>${t(`lifetime_${name}`)}</option>`)}</select>
                <button type="button" class="quiet" onClick=${() => sign(false)}><${Icon} name="link" />${t('copyLink')}</button>
                <button type="button" class="quiet" onClick=${() => sign(true)}><${Icon} name="download" />${t('copyDownloadLink')}</button></div>`
        : html`<div class="row"><button type="button" class="quiet" onClick=${() => copy(file.f)}><${Icon} name="link" />${t('copyLink')}</button>
                <button type="button" class="quiet" onClick=${() => copy(`${file.f}?download`)}><${Icon} name="download" />${t('copyDownloadLink')}</button></div>`}
        ${made && isPrivate && html`<input class="made" readonly dir="ltr" value=${made.url} aria-label=${t('link')} onFocus=${(event) => event.target.select()} />`}
    </section>`;
}
