// The form that begins a session.

import { html, useState } from './lib/preact.js';
import { Field } from './parts.js';
import { signIn, signInWithToken } from './session.js';
import { explain, t } from './text.js';
import { Preferences } from './preferences.js';

export default function SignIn() {
    const [withToken, setWithToken] = useState(false);
    const [problem, setProblem] = useState('');
    const [busy, setBusy] = useState(false);

    async function submit(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        const stay = form.has('stay');
        setBusy(true);
        setProblem('');
        try {
            if (withToken) await signInWithToken(form.get('token').trim(), stay);
            else await signIn(form.get('username'), form.get('password'), stay);
        } catch (error) {
            setBusy(false);
            const refused = withToken ? 'wrongToken' : 'wrongPassword';
            setProblem([400, 401].includes(error.status) ? t(refused) : explain(error));
        }
    }

    return html`<main class="sign-in">
        <form onSubmit=${submit} aria-labelledby="sign-in-title">
            <div class="brand"><span class="mark" aria-hidden="true"></span><h1 id="sign-in-title">${t('signInTitle')}</h1></div>
            ${withToken ? html`<${Field} label=${t('token')} key="token"><input name="token" type="password" required autocomplete="off" spellcheck=${false} autofocus /></${Field}>`
        : [html`<${Field} label=${t('username')} key="username"><input name="username" required autocomplete="username" autocapitalize="none" spellcheck=${false} autofocus /></${Field}>`,
            html`<${Field} label=${t('password')} key="password"><input name="password" type="password" required autocomplete="current-password" /></${Field}>`]}
            <label class="check"><input type="checkbox" name="stay" /><span>${t('staySignedIn')}</span></label>
            ${problem && html`<p class="problem" role="alert">${problem}</p>`}
            <button type="submit" class="primary" disabled=${busy}>${t('signIn')}</button>
            <button type="button" class="quiet" onClick=${() => (setWithToken(!withToken), setProblem(''))}>${t(withToken ? 'usePassword' : 'useToken')}</button>
        </form>
        <footer><${Preferences} /></footer>
    </main>`;
}
