// One file: large, with what is known of it.

import { html, useEffect, useRef, useState } from '../lib/preact.js';
import { deleteLater, save, signedLink } from '../actions.js';
import { send } from '../api.js';
import { Icon } from '../icons.js';
import { IconButton, isTyping } from '../parts.js';
import { close, go } from '../route.js';
import { DELETE, may } from '../session.js';
import { useSignal } from '../signal.js';
import { PAGE } from '../source.js';
import { explain, isRightToLeft, t } from '../text.js';
import { Toasts } from '../toast.js';
import { Facts } from './facts.js';
import { Viewer } from './viewer.js';

const KEPT = 'tintype.info';

/** How often a preview that is being made is asked for, in milliseconds. */
const POLL = 2000;

export default function File({ id, source }) {
    const element = useRef();
    const viewer = useRef();
    const [shown, setShown] = useState({ file: source.at(source.placeOf(id)), etag: null, error: null });
    const [isInfo, setInfo] = useState(() => (localStorage.getItem(KEPT) ?? String(innerWidth > 900)) === 'true');
    const [isFocusing, setFocusing] = useState(false);
    useSignal(source.version);

    useEffect(() => {
        const window = element.current;
        window.showModal();
        return () => {
            // What is behind an open window takes no focus.
            window.close();
            document.querySelector('.shelf')?.focus({ preventScroll: true });
        };
    }, []);

    useEffect(() => {
        let timer;
        let isOld = false;
        setFocusing(false);
        setShown({ file: source.at(source.placeOf(id)), etag: null, error: null });
        const read = async () => {
            try {
                const response = await send('GET', `/api/media/files/${id}`);
                const file = await response.json();
                if (isOld) return;
                setShown({ file, etag: response.headers.get('etag'), error: null });
                if (file.preview.status !== 'pending') return;
                timer = setTimeout(read, POLL);
            } catch (error) {
                if (!isOld) setShown((before) => ({ ...before, error }));
            }
        };
        read();
        return () => {
            isOld = true;
            clearTimeout(timer);
        };
    }, [id]);

    const leave = () => close({ file: '' });
    async function step(by) {
        const place = source.placeOf(id);
        if (place < 0) return;
        for (let next = place + by; next >= 0 && next < source.count; next += by) {
            await source.load(Math.floor(next / PAGE));
            const file = source.at(next);
            if (!file) return;
            if (!source.isHidden(file)) {
                go({ file: file.id }, { replace: true });
                return;
            }
        }
    }
    async function remove() {
        if (!may(DELETE)) return;
        const before = location.search;
        await step(1);
        if (location.search === before) leave();
        deleteLater([id], source);
    }
    async function download() {
        const { file } = shown;
        // Signed URLs are for exactly what was signed.
        if (file.visibility === 'private') save((await signedLink(id, { download: true, expires_in: 600 })).url);
        else save(`${file.f}?download`);
    }
    const toggleInfo = () => {
        localStorage.setItem(KEPT, String(!isInfo));
        setInfo(!isInfo);
    };

    function press(event) {
        if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('audio, video')) return;
        const forward = isRightToLeft() ? 'ArrowLeft' : 'ArrowRight';
        const backward = isRightToLeft() ? 'ArrowRight' : 'ArrowLeft';
        const commands = { [forward]: () => step(1), [backward]: () => step(-1), i: toggleInfo, d: download, Delete: remove,
            '+': () => viewer.current?.zoom(1.5), '=': () => viewer.current?.zoom(1.5), '-': () => viewer.current?.zoom(1 / 1.5), 0: () => viewer.current?.zoom(0) };
        const command = commands[event.key];
        if (!command || (event.target.closest('[role=listbox], [role=slider]'))) return;
        event.preventDefault();
        event.stopPropagation();
        command();
    }

    const { file, etag, error } = shown;
    const place = source.placeOf(id);
    const changed = (result) => setShown({ ...result, error: null });
    return html`<dialog ref=${element} class=${isInfo ? 'file with-info' : 'file'} aria-label=${file?.name ?? t('file')} onKeyDown=${press} onCancel=${(event) => (event.preventDefault(), leave())}>
        <header>
            <${IconButton} icon="back" mirrored label=${t('close')} onClick=${leave} />
            <h2><bdi>${file?.name ?? t('file')}</bdi></h2>
            ${file && html`<${IconButton} icon="download" label=${t('download')} onClick=${download} />`}
            ${file && may(DELETE) && html`<${IconButton} icon="trash" label=${t('delete')} onClick=${remove} />`}
            <${IconButton} icon="info" label=${t('details')} aria-pressed=${String(isInfo)} onClick=${toggleInfo} />
        </header>
        <div class="stage">
            ${error && !file ? html`<div class="empty"><${Icon} name="warning" /><p>${explain(error)}</p></div>` : null}
            ${file && html`<${Viewer} key=${file.f} file=${file} control=${viewer} isFocusing=${isFocusing} endFocusing=${() => setFocusing(false)} changed=${changed} etag=${etag} step=${step} />`}
            ${place > 0 && html`<${IconButton} icon="back" mirrored className="neighbour before" label=${t('previous')} onClick=${() => step(-1)} />`}
            ${place >= 0 && place + 1 < source.count && html`<${IconButton} icon="forward" mirrored className="neighbour after" label=${t('next')} onClick=${() => step(1)} />`}
        </div>
        ${isInfo && file && html`<${Facts} key=${file.id} file=${file} etag=${etag} changed=${changed} isFocusing=${isFocusing} setFocusing=${setFocusing} />`}
        <${Toasts} />
    </dialog>`;
}
