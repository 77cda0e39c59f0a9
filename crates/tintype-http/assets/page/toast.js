// Messages at the edge of the page, and what can still be undone.

import { html } from './lib/preact.js';
import { Icon } from './icons.js';
import { Signal, useSignal } from './signal.js';
import { t } from './text.js';

const SHOWN = 5000;

const toasts = new Signal([]);
let last = 0;

/** Shows a message; `action` `{label, run}` is a button in it. Returns a function that removes
 *  it. */
export function say(text, { action, shown = SHOWN, isError } = {}) {
    last += 1;
    const id = last;
    const remove = () => {
        toasts.value = toasts.value.filter((toast) => toast.id !== id);
    };
    toasts.value = [...toasts.value, { id, text, action, isError, remove }];
    setTimeout(remove, isError ? 2 * shown : shown);
    return remove;
}

/** Shows the messages. Windows have their own, because what is behind a window cannot be
 *  reached. */
export function Toasts() {
    return html`<div class="toasts" role="status" aria-live="polite">
        ${useSignal(toasts).map((toast) => html`<div class=${toast.isError ? 'toast error' : 'toast'} key=${toast.id}>
            <span>${toast.text}</span>
            ${toast.action && html`<button type="button" class="quiet" onClick=${() => (toast.remove(), toast.action.run())}>${toast.action.label}</button>`}
            <button type="button" class="icon-button" aria-label=${t('close')} onClick=${toast.remove}><${Icon} name="close" /></button>
        </div>`)}
    </div>`;
}
