// How the server does, live: its metrics in words.

import { html, useEffect, useState } from '../lib/preact.js';
import { base, call, send } from '../api.js';
import { TYPES } from '../types.js';
import { date, duration, explain, number, size, t } from '../text.js';

/** How often the server is asked, in milliseconds, and how many answers are drawn. */
const POLL = 2000;
const DRAWN = 60;

export default function System() {
    const [samples, setSamples] = useState([]);
    const [health, setHealth] = useState('');
    const [problem, setProblem] = useState('');
    useEffect(() => {
        let timer;
        let isOver = false;
        const ask = async () => {
            try {
                const response = await send('GET', '/metrics');
                const sample = { at: performance.now(), metrics: parse(await response.text()) };
                const ready = await call('GET', '/readyz').then(({ status }) => status, (error) => error.message);
                if (isOver) return;
                setSamples((before) => [...before.slice(-DRAWN), sample]);
                setHealth(ready);
                setProblem('');
            } catch (error) {
                if (!isOver) setProblem(explain(error));
            }
            if (!isOver) timer = setTimeout(ask, document.hidden ? 5 * POLL : POLL);
        };
        ask();
        return () => {
            isOver = true;
            clearTimeout(timer);
        };
    }, []);

    const latest = samples.at(-1)?.metrics;
    const get = (name, labels) => (latest ? total(latest, name, labels) : 0);
    const rates = (name, labels) => samples.slice(1).map((sample, index) => {
        const seconds = (sample.at - samples[index].at) / 1000;
        return Math.max(0, total(sample.metrics, name, labels) - total(samples[index].metrics, name, labels)) / seconds;
    });
    const files = TYPES.map((type) => ({ type, count: get('tintype_files', { kind: type }), bytes: get('tintype_file_bytes', { kind: type }) })).filter(({ count }) => count);
    const most = Math.max(1, ...files.map(({ bytes }) => bytes));
    const failures = get('tintype_failures_total');
    const version = latest?.find(({ name }) => name === 'tintype_build_info')?.labels.version;
    return html`<div class="admin">
        <header><h1>${t('system')}</h1><span class="spacer"></span>
            ${latest && html`<span class=${health === 'ok' ? 'state good' : 'state bad'} role="status">${health === 'ok' ? t('healthy') : health === 'full' ? t('noRoom') : health}</span>`}</header>
        ${problem && html`<p class="notice" role="alert">${problem}</p>`}
        ${latest && html`<div class="cards">
            <${Figure} label=${t('filesTotal')} value=${number(get('tintype_files'))} more=${size(get('tintype_file_bytes'))} />
            <${Figure} label=${t('derived')} value=${number(get('tintype_derived_objects'))} more=${size(get('tintype_derived_bytes'))} />
            <${Live} label=${t('requests')} values=${rates('tintype_http_requests_total')} />
            <${Live} label=${t('uploadedBytes')} values=${rates('tintype_upload_bytes_total')} format=${size} />
            <${Figure} label=${t('working_decodes')} value=${number(get('tintype_queue_length'))} more=${t('ofMemory', size(get('tintype_decode_memory_bytes')), size(get('tintype_decode_memory_limit_bytes')))} />
            <${Figure} label=${t('connections')} value=${number(get('tintype_database_connections_used'))} more=${t('ofOpen', number(get('tintype_database_connections_open')))} />
            <${Figure} label=${t('failures')} value=${number(failures)} more=${t('sinceStart')} isBad=${failures > 0} />
            <${Figure} label=${t('running')} value=${duration(Date.now() / 1000 - get('tintype_start_time_seconds'))} more=${`${t('version', version)} · ${date(get('tintype_start_time_seconds') * 1000, 'short')}`} />
        </div>
        <section class="card"><h2>${t('filesByType')}</h2><table class="bars"><tbody>${files.map(({ type, count, bytes }) => html`<tr key=${type}>
            <th scope="row">${t(`type_${type}`)}</th><td class="number">${number(count)}</td><td class="number">${size(bytes)}</td><td class="share"><meter min="0" max=${most} value=${bytes} aria-label=${size(bytes)}></meter></td></tr>`)}</tbody></table></section>
        <p class="links"><a href=${new URL('api/docs', base).href}>${t('apiDocs')}</a></p>`}
    </div>`;
}

function Figure({ label, value, more, isBad }) {
    return html`<section class=${isBad ? 'card figure bad' : 'card figure'}><h2>${label}</h2><strong>${value}</strong><small>${more}</small></section>`;
}

/** A rate now, and how it was. */
function Live({ label, values, format = (value) => number(value, { maximumFractionDigits: 1 }) }) {
    const most = Math.max(...values, 1e-9);
    const points = values.map((value, index) => `${((index + DRAWN - values.length) / (DRAWN - 1)) * 100},${30 - (value / most) * 28}`).join(' ');
    return html`<section class="card figure"><h2>${label}</h2><strong>${format(values.at(-1) ?? 0)}/${t('secondUnit')}</strong>
        <svg class="spark" viewBox="0 0 100 31" preserveAspectRatio="none" aria-hidden="true"><polyline points=${points} /></svg></section>`;
}

/** Reads the text format of Prometheus: `name{label="value"} number` in each line. */
function parse(text) {
    return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels = '', value]) => ({
        name, value: Number(value), labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text])),
    }));
}

function total(metrics, name, labels = {}) {
    const wanted = Object.entries(labels);
    return metrics.filter((metric) => metric.name === name && wanted.every(([label, value]) => metric.labels[label] === value)).reduce((sum, { value }) => sum + value, 0);
}
