// What surrounds all views of somebody who is signed in: search, navigation, and where files are
// dropped.

import { html, useEffect, useRef, useState } from './lib/preact.js';
import { Icon } from './icons.js';
import { IconButton, Menu, isTyping, lazy } from './parts.js';
import { Preferences } from './preferences.js';
import { go, link, route } from './route.js';
import { CREATE, DELETE, VIEW, may, me, signOut } from './session.js';
import { useSignal } from './signal.js';
import { t } from './text.js';
import { DropTarget, Drops, pick } from './upload.js';
import { Library } from './library.js';

const Uploads = lazy(() => import('./uploads/panel.js'));
const FromUrl = lazy(() => import('./uploads/from-url.js'));
const Folders = lazy(() => import('./folders.js'));
const People = lazy(() => import('./admin/people.js'));
const Account = lazy(() => import('./admin/account.js'));
const System = lazy(() => import('./admin/system.js'));
const Webhooks = lazy(() => import('./admin/webhooks.js'));
const Links = lazy(() => import('./admin/links.js'));
const Trash = lazy(() => import('./trash.js'));
const Help = lazy(() => import('./help.js'));

export default function Shell({ user }) {
    const state = useSignal(route);
    const [isOpen, setOpen] = useState(false);
    const [help, setHelp] = useState(false);
    const [isFetching, setFetching] = useState(false);
    const view = viewOf(state);

    useEffect(() => {
        document.title = 'tintype';
        setOpen(false);
    }, [state.page]);
    useEffect(() => {
        const press = (event) => {
            if (event.defaultPrevented || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
            if (event.key === '?') setHelp(true);
            else if (event.key === '/') document.querySelector('.search input')?.focus();
            else if (event.key === 'u' && may(CREATE)) pick();
            else return;
            event.preventDefault();
        };
        addEventListener('keydown', press);
        return () => removeEventListener('keydown', press);
    }, []);

    return html`<div class=${isOpen ? 'shell open' : 'shell'}>
        <header class="bar">
            ${view === 'library' && html`<a class="skip" href="#files" onClick=${(event) => (event.preventDefault(), document.querySelector('.shelf')?.focus())}>${t('skip')}</a>`}
            <${IconButton} icon="menu" label=${t('menu')} className="burger" aria-expanded=${String(isOpen)} onClick=${() => setOpen(!isOpen)} />
            <a class="brand" href=${link({}, {})} onClick=${follow({})}><span class="mark" aria-hidden="true"></span><span>tintype</span></a>
            ${may(VIEW) ? html`<${Search} value=${state.search ?? ''} />` : html`<span class="spacer"></span>`}
            ${may(CREATE) && html`<button type="button" class="primary upload" aria-label=${t('upload')} onClick=${() => pick()}><${Icon} name="upload" /><span>${t('upload')}</span></button>
                <${Menu} label=${t('moreUploads')} icon="down" className="more-uploads">${(close) => html`
                    <button type="button" onClick=${() => (close(), pick())}><${Icon} name="other" />${t('uploadFiles')}</button>
                    <button type="button" onClick=${() => (close(), pick({ isFolder: true }))}><${Icon} name="folder" />${t('uploadFolder')}</button>
                    <button type="button" onClick=${() => (close(), setFetching(true))}><${Icon} name="link" />${t('fromUrl')}</button>`}
                </${Menu}>`}
            <${Menu} label=${t('account')} icon="person">${(close) => html`
                <p class="who"><strong>${user.full_name || user.username}</strong><small>${t(user.is_admin ? 'admin' : user.is_staff ? 'staff' : 'user')}</small></p>
                <a href=${link({ page: 'account' }, {})} onClick=${(event) => (follow({ page: 'account' })(event), close())}><${Icon} name="key" />${t('myAccount')}</a>
                <button type="button" onClick=${() => (close(), setHelp(true))}><${Icon} name="help" />${t('keyboard')}</button>
                <button type="button" onClick=${signOut}><${Icon} name="signout" mirrored />${t('signOut')}</button>
                <hr /><${Preferences} />`}
            </${Menu}>
        </header>
        <nav class="side" aria-label=${t('menu')}>
            ${may(VIEW) && html`<${Entry} icon="library" name="library" to=${{}} current=${view === 'library' && !state.tags && !state.trashed} />`}
            ${may(VIEW) && html`<${Folders} />`}
            ${may(VIEW) && may(DELETE) && html`<${Trash} current=${view === 'library' && Boolean(state.trashed)} />`}
            <span class="spacer"></span>
            ${may(CREATE) && html`<${Entry} icon="link" name="uploadLinks" to=${{ page: 'links' }} current=${view === 'links'} />`}
            ${user.is_admin && html`<${Entry} icon="people" name="people" to=${{ page: 'people' }} current=${view === 'people'} />`}
            ${user.is_admin && html`<${Entry} icon="webhook" name="webhooks" to=${{ page: 'webhooks' }} current=${view === 'webhooks'} />`}
            ${user.is_admin && html`<${Entry} icon="system" name="system" to=${{ page: 'system' }} current=${view === 'system'} />`}
        </nav>
        <div class="veil" onClick=${() => setOpen(false)}></div>
        <main>
            ${view === 'library' && html`<${Library} state=${state} />`}
            ${['upload', 'nothing'].includes(view) && html`<h1 class="hidden">tintype</h1>`}
            ${view === 'upload' && html`<${DropTarget} />`}
            ${view === 'nothing' && html`<p class="notice">${t('mayNothing')}</p>`}
            ${view === 'people' && html`<${People} user=${user} />`}
            ${view === 'account' && html`<${Account} user=${user} />`}
            ${view === 'links' && html`<${Links} user=${user} />`}
            ${view === 'system' && html`<${System} />`}
            ${view === 'webhooks' && html`<${Webhooks} />`}
        </main>
        ${may(CREATE) && html`<${Uploads} /><${Drops} />`}
        ${isFetching && html`<${FromUrl} onClose=${() => setFetching(false)} />`}
        ${help && html`<${Help} onClose=${() => setHelp(false)} />`}
    </div>`;
}

function viewOf(state) {
    if (state.page === 'account') return 'account';
    if (state.page === 'links' && may(CREATE)) return 'links';
    if (['people', 'system', 'webhooks'].includes(state.page) && me.value.is_admin) return state.page;
    if (may(VIEW)) return 'library';
    return may(CREATE) ? 'upload' : 'nothing';
}

/** Returns what follows a link without loading the page anew. */
function follow(to) {
    return (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault();
        go(to, { from: {} });
    };
}

function Entry({ icon, name, to, current }) {
    return html`<a class="entry" href=${link(to, {})} aria-current=${current ? 'page' : undefined} onClick=${follow(to)}><${Icon} name=${icon} /><span>${t(name)}</span></a>`;
}

/** Searches as one types. */
function Search({ value }) {
    const input = useRef();
    const timer = useRef();
    useEffect(() => {
        // The URL changed otherwise, such as by the back button.
        if (input.current.value.trim() !== value) input.current.value = value;
    }, [value]);
    const search = () => {
        clearTimeout(timer.current);
        go({ search: input.current.value.trim(), page: '', similar_to: '' }, { replace: Boolean(route.value.search) });
    };
    const type = () => {
        clearTimeout(timer.current);
        timer.current = setTimeout(search, 180);
    };
    return html`<form class="search" role="search" onSubmit=${(event) => (event.preventDefault(), search(), document.querySelector('.shelf')?.focus())}>
        <${Icon} name="search" />
        <input ref=${input} type="search" placeholder=${t('search')} aria-label=${t('search')} onInput=${type} defaultValue=${value} enterkeyhint="search" />
    </form>`;
}
