// Looks at every view of the page: asks axe-core whether it can be used by everybody, and takes
// pictures of it. `node prove.mjs BINARY PICTURES [EXPRESSION]` makes the pictures in a folder,
// those whose name the expression matches.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { fill } from './pictures.mjs';

const [, , binary, pictures, filter = ''] = process.argv;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FILES = 48;
const WIDTHS = { 320: 640, 1280: 800, 3840: 2160 };
const THEMES = ['light', 'dark'];
const LANGUAGES = ['en', 'fa', 'ar'];

/** Each view: where it is, and what is done there before one looks. */
const VIEWS = {
    'sign-in': { as: null },
    library: {},
    list: { at: '?view=list' },
    filters: { act: ({ click }) => click('.tools .menu > button') },
    folder: { at: '?tags=trips/' },
    'nothing-found': { at: '?search=zzzz' },
    'empty-folder': { at: '?tags=nothing+yet' },
    selected: {
        async act({ page, click }) {
            await page.keyboard.down('Control');
            await click('.tile:nth-child(2)');
            await click('.tile:nth-child(3)');
            await page.keyboard.up('Control');
        },
    },
    tagging: {
        async act(tools) {
            await VIEWS.selected.act(tools);
            await tools.click('.tagging > button');
        },
    },
    menu: { act: ({ page, click }) => (page.viewport().width < 900 ? click('.burger') : click('.more-uploads > button')) },
    account: { at: '?page=account' },
    'account-menu': { act: ({ click }) => click('.bar > .menu:last-child > button') },
    'rename-folder': {
        async act({ page, click }) {
            if (page.viewport().width < 900) await click('.burger');
            await click('.folder .menu > button');
            await click('.folder .menu-content > button');
            await page.waitForSelector('dialog [name=name]');
        },
    },
    help: { act: ({ page }) => page.keyboard.press('?') },
    file: { file: 'Harbour at dawn' },
    'file-facts': { file: 'Harbour at dawn', info: true },
    'file-text': { file: 'notes.txt' },
    'file-sound': { file: 'tone.wav' },
    'file-gone': { at: '?file=999999', act: ({ page }) => page.waitForSelector('dialog .empty') },
    deleted: {
        async act({ page, click }) {
            await page.focus('.shelf');
            await page.keyboard.press('Home');
            await page.keyboard.press('Delete');
            await page.waitForSelector('.toast');
        },
        after: (page) => page.click('.toast .quiet'),
    },
    uploads: {
        async act({ page, click }) {
            const folder = mkdtempSync(join(tmpdir(), 'tintype-page-'));
            const paths = ['scan.jpg', 'empty.txt', 'diary.txt'].map((name) => join(folder, name));
            writeFileSync(paths[0], Buffer.from(`\xff\xd8\xff broken ${Math.random()}`, 'latin1'));
            writeFileSync(paths[1], '');
            writeFileSync(paths[2], `${Math.random()}`.repeat(1000));
            const [chooser] = await Promise.all([page.waitForFileChooser(), click('.upload')]);
            await chooser.accept(paths);
            await page.waitForSelector('.upload-line.failed');
            await page.waitForSelector('.upload-line.done');
            rmSync(folder, { recursive: true });
        },
        async after(page) {
            await page.evaluate(() => indexedDB.deleteDatabase('tintype'));
            for (const name of ['scan', 'diary']) {
                for (const { id } of (await call('GET', `/api/media/files?search=${name}`)).results) await call('DELETE', `/api/media/files/${id}`);
            }
        },
    },
    'from-url': {
        narrowest: 900,
        async act({ page, click }) {
            await click('.more-uploads > button');
            await click('.more-uploads .menu-content > button:last-child');
            await page.waitForSelector('dialog [name=url]');
        },
    },
    trash: { at: '?trashed=true' },
    'trash-selected': { at: '?trashed=true', act: ({ click }) => click('.tile') },
    'trash-list': { at: '?trashed=true&view=list' },
    'upload-links': { at: '?page=links' },
    'new-upload-link': { at: '?page=links', act: ({ click }) => click('.admin .primary') },
    give: { as: null, give: true },
    people: { at: '?page=people' },
    person: { at: '?page=people', act: ({ click }) => click('td .quiet') },
    'new-person': { at: '?page=people', act: ({ click }) => click('.admin .primary') },
    webhooks: { at: '?page=webhooks' },
    webhook: { at: '?page=webhooks', act: ({ click }) => click('td .quiet') },
    system: { at: '?page=system', act: ({ page }) => page.waitForSelector('.spark polyline[points*=" "]') },
    'upload-only': { as: 'adder' },
    'may-nothing': { as: 'nobody' },
};

const server = spawn(binary, ['serve', '--temporary', '--trash-retention', '1d'], { stdio: ['ignore', 'pipe', 'ignore'] });
process.on('exit', () => server.kill());
const { url, token } = await new Promise((resolve) => {
    server.stdout.once('data', (data) => resolve(JSON.parse(String(data).split('\n')[0])));
});
const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-prefers-reduced-motion'],
});

async function call(method, path, body) {
    const isJson = body && !(body instanceof FormData);
    const response = await fetch(url + path, { method, body: isJson ? JSON.stringify(body) : body, headers: { Authorization: `Token ${token}`, ...(isJson ? { 'Content-Type': 'application/json' } : {}) } });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
}

async function userWith(username, permissions) {
    const user = await call('POST', '/api/users', { username, is_staff: true, permissions });
    return (await call('POST', `/api/users/${user.id}/tokens`, {})).token;
}

async function prepare() {
    const page = await browser.newPage();
    await fill(page, call, FILES);
    await page.close();
    const tokens = { admin: token, adder: await userWith('adder', [3801]), nobody: await userWith('nobody', []) };
    await call('POST', '/api/users', { username: 'mina', first_name: 'Mina', last_name: 'Rad', is_staff: true, permissions: [3801, 3802, 3803], password: 'correct horse battery' });
    await call('POST', '/api/webhooks', { url: 'https://www.example.org/tintype', description: 'The shop' });
    for (const { id } of (await call('GET', '/api/media/files?search=market')).results) await call('DELETE', `/api/media/files/${id}`);
    const link = await call('POST', '/api/media/upload-links', { description: 'Wedding guests', uploads: 50, max_size: 20 * 1024 * 1024, allowed_types: ['image', 'video'] });
    return { tokens, link };
}

/** Returns where a view is. */
async function pathOf(view, link) {
    if (view.give) return `?page=give&link=${link.id}&${new URL(link.url).searchParams}`;
    if (!view.file) return view.at ?? '';
    return `?file=${(await call('GET', `/api/media/files?search=${encodeURIComponent(view.file)}&ordering=id`)).results[0].id}`;
}

/** Looks at a view. Returns what is wrong with it. */
async function lookAt(page, view, { tokens, link }) {
    const { width } = page.viewport();
    await page.goto(`${url}/page/none`);
    await page.evaluate((token, info) => {
        localStorage.setItem('tintype.info', info);
        if (token) localStorage.setItem('tintype.token', token);
        else localStorage.removeItem('tintype.token');
    }, view.as === null ? '' : tokens[view.as ?? 'admin'], String(Boolean(view.info) || width > 900));
    const click = async (selector) => (await page.waitForSelector(selector, { visible: true })).click();
    await page.goto(`${url}/${await pathOf(view, link)}`, { waitUntil: 'networkidle0' });
    await view.act?.({ page, click });
    await page.waitForNetworkIdle({ idleTime: 200, timeout: 2000 }).catch(() => {});
    const { violations } = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ['violations'] })`);
    const indented = (text) => text.replaceAll('\n', '\n      ');
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.slice(0, 3).map(({ html, failureSummary }) => `    ${html.slice(0, 160)}\n      ${indented(failureSummary)}`).join('\n')}`);
    // What is wider than the window has to be scrolled sideways.
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    return over > 0 ? [...found, `${over} pixels wider than the window`] : found;
}

mkdirSync(pictures, { recursive: true });
const ready = await prepare();
let problems = 0;
let looked = 0;
for (const [width, height] of Object.entries(WIDTHS)) {
    for (const theme of THEMES) {
        for (const language of LANGUAGES) {
            const context = await browser.createBrowserContext();
            const page = await context.newPage();
            const isSmall = width < 600;
            await page.setViewport({ width: Number(width), height, hasTouch: isSmall, isMobile: isSmall, deviceScaleFactor: isSmall ? 2 : 1 });
            await page.goto(`${url}/page/none`);
            await page.evaluate((theme, language) => {
                localStorage.setItem('tintype.theme', theme);
                localStorage.setItem('tintype.language', language);
            }, theme, language);
            for (const [name, view] of Object.entries(VIEWS)) {
                const where = `${name}-${width}-${theme}-${language}`;
                if (!new RegExp(filter).test(where) || view.narrowest > width) continue;
                const wrong = await lookAt(page, view, ready).catch((error) => [error.message]);
                for (const problem of wrong) console.log(`${where}: ${problem}`);
                problems += wrong.length;
                await page.screenshot({ path: join(pictures, `${where}.webp`), type: 'webp', quality: 80 });
                await view.after?.(page).catch(() => {});
                looked += 1;
            }
            await context.close();
            console.log(`${width} ${theme} ${language}: ${problems} problems so far`);
        }
    }
}
await browser.close();
console.log(`${looked} views, ${problems} problems; the pictures are in ${pictures}`);
process.exitCode = problems || !looked ? 1 : 0;
