// Who uses the page, and what they may do.

import { ApiError, base, call, token } from './api.js';
import { Signal } from './signal.js';

const KEPT = 'tintype.token';
const KEPT_USER = 'tintype.user';
const LABEL = 'web page';

/** The view of guests, in the URL. */
const GIVE = 'give';

/** How long sessions last, in seconds: those of one visit, and those that are kept. */
const VISIT = 12 * 3600;
const STAY = 30 * 24 * 3600;

/** The user; `null`: nobody; `undefined`: not known yet. */
export const me = new Signal(undefined);

/** What the codes of permissions allow. */
export const CREATE = 3801;
export const VIEW = 3802;
export const CHANGE = 3803;
export const DELETE = 3804;

/** The upload link by which somebody without an account is here; `null` for everybody else. */
export const guest = guestLink();

function guestLink() {
    const { page, link, expires = '', signature = '' } = Object.fromEntries(new URLSearchParams(location.search));
    if (page !== GIVE || !/^\d+$/.test(link)) return null;
    return { path: `/api/media/upload-links/${link}?${new URLSearchParams({ expires, signature })}`, expires: Number(expires) };
}

/** Returns the URL that people open of an upload link, whose own is for programs. */
export function guestPage(address) {
    const { pathname, searchParams } = new URL(address);
    const result = new URL(base);
    result.search = new URLSearchParams({ page: GIVE, link: pathname.split('/').pop(), ...Object.fromEntries(searchParams) });
    return result.href;
}

export function may(permission) {
    if (guest) return permission === CREATE;
    const user = me.value;
    return Boolean(user && (user.is_admin || (user.is_staff && user.permissions.includes(permission))));
}

// A token that the server refuses ends the session.
token.follow((value) => {
    if (value) return;
    localStorage.removeItem(KEPT);
    localStorage.removeItem(KEPT_USER);
    me.value = null;
});

/** Goes on with a session that was kept: with what was known of the user, until the server says
 *  more. */
export async function resume() {
    const kept = !guest && localStorage.getItem(KEPT);
    if (!kept) {
        me.value = null;
        return;
    }
    token.value = kept;
    me.value = JSON.parse(localStorage.getItem(KEPT_USER)) ?? undefined;
    await load();
}

async function load() {
    try {
        me.value = await call('GET', '/api/auth/me');
        if (localStorage.getItem(KEPT)) localStorage.setItem(KEPT_USER, JSON.stringify(me.value));
    } catch (error) {
        if (error.status !== 401) throw error;
    }
}

export async function signIn(username, password, stay) {
    const json = { username, password, expires_in: stay ? STAY : VISIT };
    const answer = await call('POST', '/api/auth/token', { json });
    await begin(answer.token, stay);
}

/** Signs in with somebody's token, which is used once: the session gets one of its own, so that
 *  signing out leaves alone whatever else uses that token. */
export async function signInWithToken(given, stay) {
    token.value = given;
    try {
        const user = await call('GET', '/api/auth/me');
        const json = { label: LABEL, expires_in: stay ? STAY : VISIT };
        const own = await call('POST', `/api/users/${user.id}/tokens`, { json });
        await begin(own.token, stay);
    } catch (error) {
        token.value = null;
        throw error;
    }
}

async function begin(value, stay) {
    token.value = value;
    if (stay) localStorage.setItem(KEPT, value);
    await load();
}

/** Ends the session, on the server as well. */
export async function signOut() {
    const ending = token.value && call('POST', '/api/auth/logout');
    await Promise.resolve(ending).catch((error) => {
        if (!(error instanceof ApiError)) throw error;
    });
    token.value = null;
}
