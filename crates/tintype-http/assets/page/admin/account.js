// The user's own password and tokens.

import { html, useState } from '../lib/preact.js';
import { call } from '../api.js';
import { Field } from '../parts.js';
import { explain, t } from '../text.js';
import { say } from '../toast.js';
import { Tokens } from './tokens.js';

export default function Account({ user }) {
    const [problems, setProblems] = useState({});
    async function change(event) {
        event.preventDefault();
        const form = event.target;
        const { old_password, new_password, again } = Object.fromEntries(new FormData(form));
        if (new_password !== again) {
            setProblems({ again: [t('notTheSame')] });
            return;
        }
        try {
            await call('POST', '/api/auth/password', { json: { old_password, new_password } });
            form.reset();
            setProblems({});
            say(t('passwordChanged'));
        } catch (error) {
            setProblems(Object.keys(error.fields).length ? error.fields : { again: [explain(error)] });
        }
    }
    return html`<div class="admin">
        <h1>${t('myAccount')}</h1>
        <section class="card"><h2>${t('changePassword')}</h2>
            <form class="stack" onSubmit=${change}>
                <input type="hidden" name="username" autocomplete="username" value=${user.username} />
                <${Field} label=${t('oldPassword')} problem=${problems.old_password?.join(' ')}><input type="password" name="old_password" required autocomplete="current-password" /></${Field}>
                <${Field} label=${t('newPassword')} hint=${t('passwordHint')} problem=${problems.new_password?.join(' ')}><input type="password" name="new_password" required minlength="8" autocomplete="new-password" /></${Field}>
                <${Field} label=${t('passwordAgain')} problem=${problems.again?.join(' ')}><input type="password" name="again" required autocomplete="new-password" /></${Field}>
                <footer><button type="submit" class="primary">${t('changePassword')}</button></footer>
            </form>
        </section>
        <section class="card"><h2>${t('tokens')}</h2><${Tokens} user=${user} /></section>
    </div>`;
}
