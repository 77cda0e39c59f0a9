// What is in the trash, if the server has one: the way there, beside the tags.

import { html, useEffect, useState } from './lib/preact.js';
import { call } from './api.js';
import { trashChanged } from './current.js';
import { Icon } from './icons.js';
import { go, link } from './route.js';
import { useSignal } from './signal.js';
import { number, t } from './text.js';

export default function Trash({ current }) {
    const version = useSignal(trashChanged);
    const [count, setCount] = useState(0);
    useEffect(() => {
        let isOld = false;
        call('GET', '/api/media/files', { parameters: { trashed: true, limit: 1 } }).then((page) => isOld || setCount(page.count), () => {});
        return () => {
            isOld = true;
        };
    }, [version]);
    if (!count && !current) return null;
    const to = { trashed: 'true' };
    const show = (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(to, { from: {} });
    };
    return html`<a class="entry" href=${link(to, {})} aria-current=${current ? 'page' : undefined} onClick=${show}><${Icon} name="trash" /><span>${t('trash')}</span>${count > 0 && html`<small>${number(count)}</small>`}</a>`;
}
