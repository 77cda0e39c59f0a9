// Language and colours, which belong to the browser and not to the user.

import { html } from './lib/preact.js';
import { Signal, useSignal } from './signal.js';
import { LANGUAGES, choose, language, t } from './text.js';

const KEPT = 'tintype.theme';
const THEMES = ['system', 'light', 'dark'];

const theme = new Signal(localStorage.getItem(KEPT) ?? 'system');

/** Shows the page in the colours that were chosen. */
export function dress() {
    const { dataset } = document.documentElement;
    if (theme.value === 'system') delete dataset.theme;
    else dataset.theme = theme.value;
}

export function Preferences() {
    const [shown, spoken] = [useSignal(theme), useSignal(language)];
    const wear = (event) => {
        theme.value = event.target.value;
        localStorage.setItem(KEPT, theme.value);
        dress();
    };
    return html`<div class="preferences">
        <label><span>${t('language')}</span><select value=${spoken} onChange=${(event) => choose(event.target.value)}>
            ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} key=${code}>${name}</option>`)}
        </select></label>
        <label><span>${t('colours')}</span><select value=${shown} onChange=${wear}>
            ${THEMES.map((name) => html`<option value=${name} key=${name}>${t(`theme_${name}`)}</option>`)}
        </select></label>
    </div>`;
}
