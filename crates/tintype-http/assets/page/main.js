// The page at `/`: a file library in the browser.

import { html, render, useErrorBoundary } from './lib/preact.js';
import { lazy } from './parts.js';
import { dress } from './preferences.js';
import { route } from './route.js';
import { guest, me, probablySees, resume } from './session.js';
import { useSignal } from './signal.js';
import { explain, language, speak, t } from './text.js';
import { Toasts, say } from './toast.js';

const loadShell = () => (guest ? import('./uploads/give.js') : import('./shell.js'));
const SignIn = lazy(() => import('./sign-in.js'));
const Shell = lazy(loadShell);

function Page() {
    // All texts are drawn anew in another language.
    const spoken = useSignal(language);
    const user = useSignal(me);
    const [failure] = useErrorBoundary((error) => console.error(error));
    if (failure) return html`<p class="notice">${t('failed')} <button type="button" onClick=${() => location.reload()}>${t('reload')}</button></p>`;
    if (user === undefined && !guest) return null;
    return html`<div class="page" key=${spoken}>${user || guest ? html`<${Shell} user=${user} key=${user?.id} />` : html`<${SignIn} />`}<${Toasts} /></div>`;
}

dress();
await Promise.all([
    speak(),
    // A reload that cannot load it says so where it would be.
    loadShell().catch(() => {}),
    probablySees() && !route.value.page && import('./library.js').then(({ prefetch }) => prefetch(route.value), () => {}),
    resume().catch((error) => {
        me.value = null;
        setTimeout(() => say(explain(error), { isError: true }));
    }),
]);
render(html`<${Page} />`, document.getElementById('app'));
