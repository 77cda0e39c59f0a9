// What somebody without an account sees of an upload link: a place to drop files at.

import { html } from '../lib/preact.js';
import { Icon } from '../icons.js';
import { Preferences } from '../preferences.js';
import { guest } from '../session.js';
import { t } from '../text.js';
import { DropTarget, Drops } from '../upload.js';
import Panel from './panel.js';

export default function Give() {
    const isExpired = guest.expires * 1000 < Date.now();
    return html`<main class="give">
        <div class="brand"><span class="mark" aria-hidden="true"></span><h1>${t('giveTitle')}</h1></div>
        ${isExpired ? html`<div class="empty big"><${Icon} name="warning" /><p>${t('linkExpired')}</p></div>` : html`<${DropTarget} /><${Panel} /><${Drops} />`}
        <footer><${Preferences} /></footer>
    </main>`;
}
