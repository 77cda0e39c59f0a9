// Icons, drawn on a grid of 24.

import { html } from './lib/preact.js';

const PATHS = {
    add: 'M12 5v14M5 12h14',
    archive: 'M4 4h16v5H4zM6 9v11h12V9M10 13h4',
    audio: 'M9 18V6l10-2v12M9 18a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM19 16a3 3 0 1 1-6 0 3 3 0 0 1 6 0z',
    back: 'M15 5l-7 7 7 7',
    check: 'M5 12.5l4.5 4.5L19 7.5',
    close: 'M6 6l12 12M18 6L6 18',
    compressed: 'M4 4h16v5H4zM6 9v11h12V9M10 13h4',
    copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
    document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
    down: 'M6 9.5l6 6 6-6',
    download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
    edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
    filter: 'M4 6h16M7 12h10M10 18h4',
    focus: 'M12 3v4M12 17v4M3 12h4M17 12h4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
    folder: 'M3 6h6l2 2h10v11H3z',
    forward: 'M9 5l7 7-7 7',
    grid: 'M4 4h7v9H4zM13 4h7v5h-7zM4 15h7v5H4zM13 11h7v9h-7z',
    help: 'M9 9.5a3 3 0 1 1 4.2 2.7c-.8.4-1.2 1-1.2 1.9M12 17.5v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
    image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 8.5v.1',
    info: 'M12 11v6M12 7.5v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
    key: 'M14.5 9.5a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0zM13.2 12.7L20 19.5M17 16.5l2-2',
    language: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18',
    library: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 8.5v.1',
    link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
    list: 'M8 6h12M8 12h12M8 18h12M4 6v.1M4 12v.1M4 18v.1',
    lock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3',
    menu: 'M4 7h16M4 12h16M4 17h16',
    more: 'M5 12v.1M12 12v.1M19 12v.1',
    other: 'M6 3h8l4 4v14H6zM14 3v4h4',
    pause: 'M9 6v12M15 6v12',
    pdf: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h3',
    people: 'M12 8.5a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0zM2.5 20c0-4 2.5-6 6-6s6 2 6 6M15.5 5.200a3.5 3.5 0 0 1 0 6.600M18 14.5c2.300.8 3.5 2.700 3.5 5.5',
    person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 21c0-4.5 3-7 7.5-7s7.5 2.5 7.5 7',
    play: 'M8 5l11 7-11 7z',
    presentation: 'M4 4h16v11H4zM12 15v3M8 21l4-3 4 3',
    replace: 'M4 9a8 8 0 0 1 14-3l2 2M20 4v4h-4M20 15a8 8 0 0 1-14 3l-2-2M4 20v-4h4',
    search: 'M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5L20 20',
    settings: 'M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4',
    signout: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
    spreadsheet: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14',
    system: 'M3 12h4l3-7 4 14 3-7h4',
    tag: 'M4 4h8l8 8-8 8-8-8zM8 8v.1',
    text: 'M5 6h14M5 10h14M5 14h9M5 18h11',
    theme: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
    trash: 'M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
    unlock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 7.5-2',
    upload: 'M12 16V5M7 9l5-5 5 5M5 20h14',
    video: 'M3 6h12v12H3zM15 10.5l6-3v9l-6-3',
    warning: 'M12 4l9 16H3zM12 10v4M12 17v.1',
    webhook: 'M12 4a4 4 0 0 1 3 6.5l3 4.5M9 10.5A4 4 0 0 1 12 4M6 20a4 4 0 1 1 3.5-6M9.5 17H18a3 3 0 1 0-.5-5.9',
};

/** Draws an icon, which says nothing to screen readers. `mirrored`: one that points along the
 *  line of reading. */
export function Icon({ name, mirrored }) {
    return html`<svg class=${mirrored ? 'icon mirrored' : 'icon'} viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
