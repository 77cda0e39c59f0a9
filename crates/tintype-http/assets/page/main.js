// The page at `/`: a file library in the browser.

import { html, render, useErrorBoundary } from './lib/preact.js';
import { prefetch } from './library.js';
import { lazy } from './parts.js';
import { dress } from './preferences.js';
import { route } from './route.js';
import { VIEW, guest, may, me, resume } from './session.js';
import Shell from './shell.js';
import SignIn from './sign-in.js';
import { useSignal } from './signal.js';
import { explain, language, speak, t } from './text.js';
import { Toasts, say } from './toast.js';

const Give = lazy(() => import('./uploads/give.js'));

function Page() {
    // All texts are drawn anew in another language.
    const spoken = useSignal(language);
    const user = useSignal(me);
    const [failure] = useErrorBoundary((error) => console.error(error));
    if (failure) return html`<p class="notice">${t('failed')} <button type="button" onClick=${() => location.reload()}>${t('reload')}</button></p>`;
    return html`<div class="page" key=${spoken}>${guest ? html`<${Give} />` : user ? html`<${Shell} user=${user} key=${user.id} />` : html`<${SignIn} />`}<${Toasts} /></div>`;
}

async function start() {
    dress();
    const resumed = resume().catch((error) => {
        me.value ??= null;
        setTimeout(() => say(explain(error), { isError: true }));
    });
    if (may(VIEW) && !route.value.page) prefetch(route.value);
    await speak();
    if (me.value === undefined) await resumed;
    render(html`<${Page} />`, document.getElementById('app'));
}

start();
