// What is done with the selected files.

import { html, useState } from './lib/preact.js';
import { change, changeTags, forEach, restore, withTag } from './actions.js';
import { zip } from './archive.js';
import { tagsChanged, trashChanged } from './current.js';
import { Icon } from './icons.js';
import { IconButton, Menu } from './parts.js';
import { clear, selectAll, selectedCount, selectedIds, selection } from './selection.js';
import { CHANGE, DELETE, VIEW, may } from './session.js';
import { useSignal } from './signal.js';
import { explain, number, t } from './text.js';
import { say } from './toast.js';

export default function Selected({ source, onDelete }) {
    useSignal(selection);
    const [busy, setBusy] = useState('');
    const count = selectedCount(source);

    /** Does something with each file, and tells how far it is. */
    async function each(work, said = 'changed') {
        setBusy(t('working', number(0), number(count)));
        try {
            const ids = await selectedIds(source);
            const failed = await forEach(ids, work, (done) => setBusy(t('working', number(done), number(ids.length))));
            if (failed.length) say(`${t('notChanged', number(failed.length), failed.length)} ${explain(failed[0].error)}`, { isError: true });
            else say(t(said, number(ids.length), ids.length));
        } catch (error) {
            say(explain(error), { isError: true });
        }
        setBusy('');
    }
    async function bringBack() {
        await each(restore, 'restored');
        clear();
        source.refresh();
        tagsChanged.value += 1;
        trashChanged.value += 1;
    }
    async function download() {
        setBusy(t('packing'));
        try {
            await zip(source);
        } catch (error) {
            say(explain(error), { isError: true });
        }
        setBusy('');
    }
    const tag = (edit) => (event) => {
        event.preventDefault();
        const name = new FormData(event.target).get('tag').trim();
        if (name) each((id) => changeTags(id, (tags) => edit(tags, name)));
    };

    return html`<div class="tools selected" role="toolbar" aria-label=${t('selection')}>
        <${IconButton} icon="close" label=${t('clearSelection')} onClick=${clear} />
        <strong role="status">${busy || t('nSelected', number(count), count)}</strong>
        ${!selection.value.all && html`<button type="button" class="quiet" onClick=${selectAll}>${t('selectAll', number(source.count ?? 0))}</button>`}
        <span class="spacer"></span>
        ${source.filters.trashed ? may(DELETE) && html`<fieldset disabled=${Boolean(busy)}>
            <button type="button" class="quiet" aria-label=${t('restore')} title=${t('restore')} onClick=${bringBack}><${Icon} name="replace" /><span>${t('restore')}</span></button>
            <button type="button" class="quiet danger" aria-label=${t('deleteForGood')} title=${t('deleteForGood')} onClick=${() => onDelete()}><${Icon} name="trash" /><span>${t('deleteForGood')}</span></button>
        </fieldset>` : html`<fieldset disabled=${Boolean(busy)}>
            ${may(VIEW) && html`<button type="button" class="quiet" aria-label=${t('downloadZip')} title=${t('downloadZip')} onClick=${download}><${Icon} name="download" /><span>${t('downloadZip')}</span></button>`}
            ${may(CHANGE) && html`<${Menu} icon="tag" text=${t('tags')} className="tagging">${(close) => html`
                <form class="inline" onSubmit=${(event) => (tag(withTag)(event), close())}><input name="tag" required maxlength="100" placeholder=${t('tagName')} aria-label=${t('addTag')} list="known-tags" /><button type="submit" class="primary">${t('addTag')}</button></form>
                <form class="inline" onSubmit=${(event) => (tag((tags, name) => tags.filter((one) => one.toLowerCase() !== name.toLowerCase()))(event), close())}><input name="tag" required placeholder=${t('tagName')} aria-label=${t('removeTag')} list="known-tags" /><button type="submit">${t('removeTag')}</button></form>`}
            </${Menu}>
            <button type="button" class="quiet" aria-label=${t('hide')} title=${t('hide')} onClick=${() => each((id) => change(id, { visibility: 'private' }))}><${Icon} name="lock" /><span>${t('hide')}</span></button>
            <button type="button" class="quiet" aria-label=${t('publish')} title=${t('publish')} onClick=${() => each((id) => change(id, { visibility: 'public' }))}><${Icon} name="unlock" /><span>${t('publish')}</span></button>`}
            ${may(DELETE) && html`<button type="button" class="quiet danger" aria-label=${t('delete')} title=${t('delete')} onClick=${() => onDelete()}><${Icon} name="trash" /><span>${t('delete')}</span></button>`}
        </fieldset>`}
    </div>`;
}
