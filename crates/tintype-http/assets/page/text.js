// What the page says, in the language of the reader. Another language is one file beside
// `text/en.js` and a line here.

import { Signal } from './signal.js';

export const LANGUAGES = { ar: 'العربية', en: 'English', fa: 'فارسی' };
const RIGHT_TO_LEFT = ['ar', 'fa'];
const KEPT = 'tintype.language';

/** The code of the language. */
export const language = new Signal(undefined);

let texts = {};

/** Returns a text; those that contain values are functions of them. */
export function t(name, ...values) {
    const text = texts[name];
    return typeof text === 'function' ? text(...values) : (text ?? name);
}

/** Uses a language, by default the one chosen before or else that of the browser. */
export async function speak(code = localStorage.getItem(KEPT) ?? preferred()) {
    const known = code in LANGUAGES ? code : 'en';
    texts = (await import(`./text/${known}.js`)).default;
    document.documentElement.lang = known;
    document.documentElement.dir = RIGHT_TO_LEFT.includes(known) ? 'rtl' : 'ltr';
    language.value = known;
}

export function choose(code) {
    localStorage.setItem(KEPT, code);
    return speak(code);
}

function preferred() {
    return navigator.languages.map((tag) => tag.split('-')[0]).find((tag) => tag in LANGUAGES) ?? 'en';
}

export function isRightToLeft() {
    return document.documentElement.dir === 'rtl';
}

export function number(value, options) {
    return new Intl.NumberFormat(language.value, options).format(value);
}

/** Returns a size in words, in binary multiples as the API has them. */
export function size(bytes) {
    const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
    const value = bytes / 1024 ** power;
    const maximumFractionDigits = value < 10 && power > 0 ? 1 : 0;
    return `${number(value, { maximumFractionDigits })}\u00a0${t('units')[power]}`;
}

/** Returns a moment as a date, with the time if that is wanted. */
export function date(value, timeStyle) {
    return new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle }).format(new Date(value));
}

/** Returns seconds as a clock shows them. */
export function duration(seconds) {
    const whole = Math.round(seconds);
    const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    if (!parts[0]) parts.shift();
    return parts.map((part, at) => number(part, { minimumIntegerDigits: at ? 2 : 1, useGrouping: false })).join(':');
}

/** What the server says to those who lack a permission; what else is refused it explains. */
const REFUSED = 'You do not have permission to perform this action.';

/** What it says of upload links. */
const LINKS = { 'The link is used up.': 'linkUsedUp', 'The link has expired.': 'linkExpired', 'The link is not valid.': 'linkInvalid' };

/** Returns what went wrong, in words for whoever looks at the page. */
export function explain(error) {
    const lists = Object.values(error.fields ?? {}).flat();
    const messages = lists.filter((message) => typeof message === 'string');
    if (messages.length) return messages.join(' ');
    const known = { 0: 'noAnswer', 403: 'notAllowed', 404: 'isGone', 412: 'changedMeanwhile', 413: 'tooLarge', 415: 'wrongType',
        429: 'tooManyRequests', 500: 'serverFailed', 502: 'noAnswer', 503: 'busy', 507: 'noRoom' };
    if (LINKS[error.message]) return t(LINKS[error.message]);
    const isSpecial = error.status === 403 && error.message !== REFUSED;
    return known[error.status] && !isSpecial ? t(known[error.status]) : error.message || t('failed');
}
