// Filters of the list, beyond search, type and tags.

import { html, useEffect, useState } from './lib/preact.js';
import { call } from './api.js';
import { TYPES } from './types.js';
import { go } from './route.js';
import { me } from './session.js';
import { t } from './text.js';

const MB = 1024 * 1024;
const SIZES = { small: [0, MB], medium: [MB, 10 * MB], large: [10 * MB, 100 * MB], huge: [100 * MB, undefined] };

export default function Filters({ state }) {
    const [people, setPeople] = useState([]);
    useEffect(() => {
        if (me.value.is_admin) call('GET', '/api/users', { parameters: { limit: 1000 } }).then((page) => setPeople(page.results), () => {});
    }, []);
    const set = (name) => (event) => go({ [name]: event.target.value }, { replace: true });
    const size = Object.keys(SIZES).find((name) => state.size_min === String(SIZES[name][0] || '') || (name === 'small' && !state.size_min && state.size_max === String(MB)));
    const setSize = (event) => {
        const [least, most] = SIZES[event.target.value] ?? [];
        go({ size_min: least || '', size_max: most }, { replace: true });
    };
    const choose = (name, label, options) => html`<label><span>${label}</span><select value=${state[name] ?? ''} onChange=${set(name)}>
        <option value="">${t('any')}</option>${options.map(([value, text]) => html`<option value=${value} key=${value}>${text}</option>`)}
    </select></label>`;
    const days = (name, label) => html`<fieldset><legend>${label}</legend>
        <input type="date" aria-label=${`${label}: ${t('from')}`} value=${state[`${name}_from`] ?? ''} onChange=${set(`${name}_from`)} />
        <span aria-hidden="true">–</span>
        <input type="date" aria-label=${`${label}: ${t('to')}`} value=${state[`${name}_to`] ?? ''} onChange=${set(`${name}_to`)} />
    </fieldset>`;
    const who = me.value.is_admin ? people.map((user) => [String(user.id), user.full_name || user.username]) : [[String(me.value.id), t('mine')]];
    return html`<div class="filters">
        ${choose('type', t('type'), TYPES.map((name) => [name, t(`type_${name}`)]))}
        ${days('taken', t('taken'))}
        ${days('created', t('uploaded'))}
        <label><span>${t('fileSize')}</span><select value=${size ?? ''} onChange=${setSize}>
            <option value="">${t('any')}</option>${Object.keys(SIZES).map((name) => html`<option value=${name} key=${name}>${t(`size_${name}`)}</option>`)}
        </select></label>
        ${choose('user_id', t('uploadedBy'), who)}
        ${choose('visibility', t('visibility'), [['public', t('public')], ['private', t('private')]])}
        ${choose('preview_status', t('preview'), ['ready', 'pending', 'failed', 'none'].map((name) => [name, t(`preview_${name}`)]))}
        ${choose('has_gps', t('place'), [['true', t('withPlace')], ['false', t('withoutPlace')]])}
        <label><span>${t('camera')}</span><input value=${state.camera ?? ''} onChange=${set('camera')} /></label>
    </div>`;
}
