// The tags of a file.

import { html, useState } from '../lib/preact.js';
import { withTag } from '../actions.js';
import { Icon } from '../icons.js';
import { go } from '../route.js';
import { t } from '../text.js';

export function Tags({ tags, isEditable, save }) {
    const [text, setText] = useState('');
    async function add() {
        const names = text.split(',').map((name) => name.trim()).filter(Boolean);
        if (!names.length) return;
        if (await save(names.reduce(withTag, tags))) setText('');
    }
    const press = (event) => {
        if (event.key === 'Enter' || event.key === ',') {
            event.preventDefault();
            add();
        } else if (event.key === 'Backspace' && !text && tags.length) {
            save(tags.slice(0, -1));
        }
    };
    return html`<section><h3 id="tags-title">${t('tags')}</h3>
        <div class="tag-list">
            ${tags.map((tag) => html`<span class="tag" key=${tag}><button type="button" onClick=${() => go({ tags: tag, file: '', search: '' })}><bdi>${tag}</bdi></button>
                ${isEditable && html`<button type="button" aria-label=${t('without', tag)} onClick=${() => save(tags.filter((other) => other !== tag))}><${Icon} name="close" /></button>`}</span>`)}
            ${isEditable && html`<input value=${text} list="known-tags" maxlength="100" placeholder=${t('addTag')} aria-label=${t('addTag')} dir="auto" onInput=${(event) => setText(event.target.value)} onKeyDown=${press} onBlur=${add} />`}
        </div>
    </section>`;
}
