// What is on its way, at the corner of the page.

import { html, useEffect, useState } from '../lib/preact.js';
import { Icon } from '../icons.js';
import { IconButton } from '../parts.js';
import { go } from '../route.js';
import { VIEW, may } from '../session.js';
import { useSignal } from '../signal.js';
import { duration, number, size, t } from '../text.js';
import { clearDone, drop, isOpen, isRunning, pause, recall, resume, uploads } from './queue.js';

/** How many are listed. */
const LISTED = 100;

const RANK = ['failed', 'lost', 'duplicate', 'sending', 'making', 'retrying', 'checking', 'paused', 'waiting', 'done'];

export default function Panel() {
    const items = useSignal(uploads);
    const [isFolded, fold] = useState(false);
    useEffect(() => {
        recall();
    }, []);
    if (!items.length) return null;

    const counted = items.filter((item) => !['duplicate', 'lost'].includes(item.state));
    const [all, sent] = [total(counted, 'size'), total(counted, 'sent')];
    const running = items.filter(isRunning);
    const speed = total(running, 'speed');
    const open = items.filter(isOpen);
    const done = items.length - open.length;
    const part = all ? Math.min(1, sent / all) : 1;
    const listed = [...items].sort((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state)).slice(0, LISTED);
    const isPaused = !running.length && open.some((item) => item.state === 'paused');
    return html`<section class=${isFolded ? 'uploads folded' : 'uploads'} aria-label=${t('uploads')}>
        <header>
            <button type="button" class="title" aria-expanded=${String(!isFolded)} onClick=${() => fold(!isFolded)}>
                <strong>${open.length ? t('nOfMUploaded', number(done), number(items.length)) : t('allUploaded', number(done), done)}</strong>
                ${running.length > 0 && html`<small>${number(part, { style: 'percent' })} · ${size(speed)}/${t('secondUnit')}${speed > 0 && all > sent ? ` · ${duration((all - sent) / speed)}` : ''}</small>`}
            </button>
            ${isPaused ? html`<${IconButton} icon="play" mirrored label=${t('resumeAll')} onClick=${() => open.filter((item) => item.state === 'paused').forEach((item) => resume(item))} />`
        : open.length > 0 && html`<${IconButton} icon="pause" label=${t('pauseAll')} onClick=${() => open.filter((item) => isRunning(item) || item.state === 'waiting').forEach(pause)} />`}
            ${done > 0 && html`<${IconButton} icon="close" label=${t('clearDone')} onClick=${clearDone} />`}
        </header>
        ${open.length > 0 && html`<progress max="1" value=${part} aria-label=${t('uploads')}></progress>`}
        ${!isFolded && html`<ul>${listed.map((item) => html`<${Line} key=${item.key} item=${item} version=${{}} />`)}
            ${items.length > LISTED && html`<li class="more">${t('andMore', number(items.length - LISTED))}</li>`}</ul>`}
    </section>`;
}

function Line({ item }) {
    const { state } = item;
    const said = {
        waiting: t('waiting'), checking: t('checking'), making: t('making'), paused: item.sent ? `${t('paused')} · ${size(item.sent)}` : t('paused'), done: t('done'),
        sending: `${size(item.sent)} / ${size(item.size)}${item.speed ? ` · ${size(item.speed)}/${t('secondUnit')}` : ''}`,
        retrying: `${item.problem} ${t('retrying')}`, failed: item.problem, lost: t('chooseAgain'),
        duplicate: item.twin && t('isHereAlready', item.twin.name),
    }[state];
    const isBad = ['failed', 'lost', 'duplicate'].includes(state);
    const id = item.id ?? item.twin?.id;
    return html`<li class=${`upload-line ${state}`}>
        <span class="about"><bdi>${item.name}</bdi><small class=${isBad ? 'problem' : ''}>${said}</small></span>
        <span class="buttons">
            ${id && may(VIEW) && html`<button type="button" class="quiet" onClick=${() => go({ file: id, page: '' }, { closable: true })}>${t('show')}</button>`}
            ${state === 'duplicate' && html`<button type="button" class="quiet" onClick=${() => resume(item, { anyway: true })}>${t('uploadAnyway')}</button>`}
            ${(isRunning(item) || state === 'waiting') && html`<${IconButton} icon="pause" label=${t('pause', item.name)} onClick=${() => pause(item)} />`}
            ${['paused', 'failed'].includes(state) && html`<${IconButton} icon=${state === 'failed' ? 'replace' : 'play'} mirrored label=${t(state === 'failed' ? 'retry' : 'resume', item.name)} onClick=${() => resume(item)} />`}
            ${state === 'done' ? html`<span class="done-mark"><${Icon} name="check" /></span>` : html`<${IconButton} icon="close" label=${t('giveUp', item.name)} onClick=${() => drop(item)} />`}
        </span>
        ${['sending', 'making', 'retrying', 'paused'].includes(state) && html`<progress max=${item.size || 1} value=${item.sent} aria-label=${item.name}></progress>`}
    </li>`;
}

function total(items, member) {
    return items.reduce((sum, item) => sum + (item[member] || 0), 0);
}
