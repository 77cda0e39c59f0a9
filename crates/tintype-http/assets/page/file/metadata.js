// What a file tells about itself.

import { html } from '../lib/preact.js';
import { date, number, size, t } from '../text.js';

const MAP = 'https://www.openstreetmap.org/';

/** Codecs by the names that people know. */
const CODECS = { ac3: 'Dolby Digital', alac: 'Apple Lossless', eac3: 'Dolby Digital Plus', h264: 'H.264', hevc: 'H.265', mjpeg: 'Motion JPEG', mpeg4: 'MPEG-4', opus: 'Opus', prores: 'ProRes', theora: 'Theora', vorbis: 'Vorbis' };

const codec = (value) => CODECS[value] ?? value.replaceAll('_', ' ').toUpperCase();

const FORMATS = {
    exposure_time: (value) => (value >= 0.4 ? t('seconds', number(value)) : t('seconds', `1/${number(Math.round(1 / value))}`)),
    f_number: (value) => `ƒ/${number(value)}`,
    focal_length: (value) => t('millimetres', number(value)),
    bit_rate: (value) => t('kilobits', number(Math.round(value / 1000))),
    frame_rate: (value) => t('perSecond', number(value, { maximumFractionDigits: 2 })),
    sample_rate: (value) => t('hertz', number(value)),
    uncompressed_size: size,
    created_at: (value) => date(value, 'short'),
    keywords: (value) => value.join(t('comma')),
    codec,
    audio_codec: codec,
    channels: (value) => ({ 1: t('mono'), 2: t('stereo') })[value] ?? number(value),
    iso: (value) => number(value, { useGrouping: false }),
    encrypted: (value) => t(value ? 'yes' : 'no'),
};

/** Members that are shown with the facts of every file, or as a map. */
const ELSEWHERE = ['duration', 'taken_at', 'gps', 'width', 'height'];

export function Metadata({ metadata }) {
    const rows = Object.entries(metadata).filter(([name]) => !ELSEWHERE.includes(name));
    const { gps } = metadata;
    if (!rows.length && !gps) return null;
    const show = (name, value) => {
        if (FORMATS[name]) return FORMATS[name](value);
        return typeof value === 'number' ? number(value) : String(value);
    };
    return html`<section><h3>${t('metadata')}</h3><dl>
        ${rows.map(([name, value]) => html`<div key=${name}><dt>${t(`meta_${name}`)}</dt><dd><bdi>${show(name, value)}</bdi></dd></div>`)}
        ${gps && html`<div><dt>${t('place')}</dt><dd><a href=${`${MAP}?mlat=${gps.lat}&mlon=${gps.lon}#map=14/${gps.lat}/${gps.lon}`} target="_blank" rel="noopener noreferrer"><bdi>${number(gps.lat, { maximumFractionDigits: 5 })}, ${number(gps.lon, { maximumFractionDigits: 5 })}</bdi></a></dd></div>`}
    </dl></section>`;
}
