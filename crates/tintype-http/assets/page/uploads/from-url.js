// The server fetches a file from elsewhere.

import { html, useState } from '../lib/preact.js';
import { call } from '../api.js';
import { library, tagsChanged } from '../current.js';
import { Dialog, Field } from '../parts.js';
import { explain, t } from '../text.js';
import { say } from '../toast.js';
import { folder } from '../upload.js';

export default function FromUrl({ onClose }) {
    const [problem, setProblem] = useState('');
    const [busy, setBusy] = useState(false);
    async function submit(event) {
        event.preventDefault();
        const address = new FormData(event.target).get('url').trim();
        setBusy(true);
        setProblem('');
        try {
            const file = await call('POST', '/api/media/files/from-url', { json: { url: address, tags: folder() ? [folder()] : [] } });
            say(t('fetched', file.name));
            library.value?.refresh();
            tagsChanged.value += 1;
            onClose();
        } catch (error) {
            setProblem(explain(error));
            setBusy(false);
        }
    }
    return html`<${Dialog} title=${t('fromUrl')} onClose=${onClose}>
        <form onSubmit=${submit}>
            <${Field} label=${t('address')} problem=${problem}><input name="url" type="url" required dir="ltr" placeholder="https://" autofocus /></${Field}>
            <footer><button type="button" onClick=${onClose}>${t('cancel')}</button><button type="submit" class="primary" disabled=${busy}>${t(busy ? 'fetching' : 'fetch')}</button></footer>
        </form>
    </${Dialog}>`;
}
