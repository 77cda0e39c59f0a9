// Small parts that many views use.

import { html, useEffect, useRef, useState } from './lib/preact.js';
import { Icon } from './icons.js';
import { t } from './text.js';
import { Toasts } from './toast.js';

/** Returns a component that is loaded when it is first shown. Its module has it as `default`. */
export function lazy(load) {
    let View;
    return function Lazy(properties) {
        const [failed, setFailed] = useState(false);
        const [, redraw] = useState(0);
        useEffect(() => {
            if (!View) load().then((module) => ((View = module.default), redraw(1)), () => setFailed(true));
        }, []);
        // The server has another version of the page by now.
        if (failed) return html`<p class="notice">${t('pageIsOld')} <button type="button" onClick=${() => location.reload()}>${t('reload')}</button></p>`;
        return View ? html`<${View} ...${properties} />` : null;
    };
}

/** A window in front of the page; the rest waits until it is closed. */
export function Dialog({ title, onClose, children, wide }) {
    const element = useRef();
    useEffect(() => {
        const window = element.current;
        window.showModal();
        return () => window.close();
    }, []);
    return html`<dialog ref=${element} class=${wide ? 'window wide' : 'window'} aria-label=${title}
        onCancel=${(event) => (event.preventDefault(), onClose())}
        onMouseDown=${(event) => event.target === element.current && onClose()}>
        <div class="window-content">
            <header><h2>${title}</h2>
                <button type="button" class="icon-button" aria-label=${t('close')} onClick=${onClose}><${Icon} name="close" /></button>
            </header>
            ${children}
        </div>
        <${Toasts} />
    </dialog>`;
}

/** A button that removes something, at the second click. */
export function RemoveButton({ label, question, onClick }) {
    const [isSure, setSure] = useState(false);
    return html`<button type="button" class="danger" onClick=${() => (isSure ? onClick() : setSure(true))}>${isSure ? question : label}</button>`;
}

/** A button that shows something below it. */
export function Menu({ label, icon, text, children, className = '', count }) {
    const [open, setOpen] = useState(false);
    const element = useRef();
    useEffect(() => {
        if (!open) return undefined;
        const outside = (event) => !element.current.contains(event.target) && setOpen(false);
        addEventListener('pointerdown', outside, true);
        return () => removeEventListener('pointerdown', outside, true);
    }, [open]);
    const close = () => {
        setOpen(false);
        element.current.querySelector('button').focus();
    };
    return html`<div ref=${element} class=${`menu ${className}`} onKeyDown=${(event) => {
        if (event.key === 'Escape' && open) {
            event.stopPropagation();
            close();
        }
    }}>
        <button type="button" class=${text ? 'quiet' : 'icon-button'} aria-expanded=${String(open)} aria-label=${label ?? text} title=${text ? undefined : label}
            onClick=${() => setOpen(!open)}><${Icon} name=${icon} />${text && html`<span>${text}</span>`}${count ? html`<span class="badge">${count}</span>` : null}</button>
        ${open && html`<div class="menu-content">${typeof children === 'function' ? children(close) : children}</div>`}
    </div>`;
}

/** A button with an icon alone. */
export function IconButton({ icon, label, mirrored, className = '', ...rest }) {
    return html`<button type="button" class=${`icon-button ${className}`} aria-label=${label} title=${label} ...${rest}><${Icon} name=${icon} mirrored=${mirrored} /></button>`;
}

/** A field with its name and what is wrong with it. */
export function Field({ label, hint, problem, children }) {
    return html`<label class="field"><span>${label}</span>${children}${hint && html`<small>${hint}</small>`}${problem && html`<small class="problem" role="alert">${problem}</small>`}</label>`;
}

/** Returns whether a key press is text for a field, not a command. */
export function isTyping(event) {
    const { target } = event;
    return target.matches?.('input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]');
}
