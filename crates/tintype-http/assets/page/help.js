// The sheet of keys.

import { html } from './lib/preact.js';
import { Dialog } from './parts.js';
import { t } from './text.js';

const KEYS = {
    keysEverywhere: [[['/'], 'keySearch'], [['U'], 'keyUpload'], [['?'], 'keyHelp'], [['Esc'], 'keyEscape']],
    keysLibrary: [[['←', '↑', '→', '↓'], 'keyMove'], [['Enter'], 'keyOpen'], [['Space'], 'keySelect'], [['Shift', '←↑→↓'], 'keyExtend'],
        [['Ctrl', 'A'], 'keyAll'], [['Delete'], 'keyDelete'], [['Home'], 'keyHome'], [['End'], 'keyEnd']],
    keysFile: [[['←', '→'], 'keyNeighbours'], [['+', '−', '0'], 'keyZoom'], [['I'], 'keyInfo'], [['D'], 'keyDownload'], [['Delete'], 'keyDelete'], [['Esc'], 'keyClose']],
};

export default function Help({ onClose }) {
    return html`<${Dialog} title=${t('keyboard')} onClose=${onClose} wide><div class="keys">
        ${Object.entries(KEYS).map(([group, keys]) => html`<section key=${group}><h3>${t(group)}</h3><dl>
            ${keys.map(([names, text]) => html`<div key=${text}><dt dir="ltr">${names.map((name) => html`<kbd key=${name}>${name}</kbd>`)}</dt><dd>${t(text)}</dd></div>`)}
        </dl></section>`)}
    </div></${Dialog}>`;
}
