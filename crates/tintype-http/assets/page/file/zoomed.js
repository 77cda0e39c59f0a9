// A picture to zoom and pan. It is shown small at once, then as large as the screen needs, by
// renditions.

import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib/preact.js';
import { change, signedLink } from '../actions.js';
import { placeholderUrl, thumbnailsOf } from '../placeholder.js';
import { explain, number, t } from '../text.js';
import { say } from '../toast.js';

/** Widths that the server gives to everybody, unless it is configured otherwise. */
const WIDTHS = [1536, 2048];

/** What browsers show, and how large it may be before a rendition is better, in bytes. */
const SHOWN = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'];
const LARGE = 30 * 1024 * 1024;

const CLOSEST = 8;
const SWIPE = 60;

export function Zoomed({ file, etag, control, isFocusing, endFocusing, changed, step }) {
    const element = useRef();
    const [view, setView] = useState({ scale: 1, x: 0, y: 0 });
    const [room, setRoom] = useState({ width: 0, height: 0 });
    const [better, setBetter] = useState(null);
    const pointers = useRef(new Map()).current;
    const gesture = useRef({}).current;

    const thumbnails = thumbnailsOf(file);
    const first = thumbnails.at(-1);
    const own = file.width ? { width: file.width, height: file.height } : first;
    const fit = Math.min(room.width / own.width, room.height / own.height, file.width ? Math.max(1, 480 / Math.max(own.width, own.height)) : 2) || 0;
    const [width, height] = [own.width * fit, own.height * fit];

    useLayoutEffect(() => {
        const observer = new ResizeObserver(() => setRoom({ width: element.current.clientWidth, height: element.current.clientHeight }));
        observer.observe(element.current);
        return () => observer.disconnect();
    }, []);

    // A sharper picture, when more pixels are on the screen than are there.
    const needed = width * view.scale * devicePixelRatio;
    useEffect(() => {
        if (!needed || (better?.width ?? first.width) >= Math.min(needed, own.width) * 0.95) return undefined;
        let isOld = false;
        const timer = setTimeout(async () => {
            for (const candidate of candidates(file, needed)) {
                if (candidate.width <= (better?.width ?? first.width)) continue;
                const image = new Image();
                try {
                    image.src = candidate.sign ? (await candidate.sign()).url : candidate.url;
                    await image.decode();
                } catch {
                    continue;
                }
                if (!isOld) setBetter({ url: image.src, width: candidate.width });
                return;
            }
        }, 150);
        return () => {
            isOld = true;
            clearTimeout(timer);
        };
    }, [needed, better]);

    function clamp({ scale, x, y }) {
        const [overX, overY] = [Math.max(0, (width * scale - room.width) / 2), Math.max(0, (height * scale - room.height) / 2)];
        return { scale, x: Math.max(-overX, Math.min(overX, x)), y: Math.max(-overY, Math.min(overY, y)) };
    }
    /** Zooms so that what is at a point stays there; the point counts from the middle. */
    function zoom(factor, point = { x: 0, y: 0 }) {
        setView((before) => {
            if (!factor) return { scale: 1, x: 0, y: 0 };
            const scale = Math.max(1, Math.min(CLOSEST / Math.min(1, fit), before.scale * factor));
            const by = scale / before.scale;
            return clamp({ scale, x: point.x - (point.x - before.x) * by, y: point.y - (point.y - before.y) * by });
        });
    }
    control.current = { zoom };

    const fromMiddle = (event) => {
        const bounds = element.current.getBoundingClientRect();
        return { x: event.clientX - bounds.left - bounds.width / 2, y: event.clientY - bounds.top - bounds.height / 2 };
    };
    function wheel(event) {
        event.preventDefault();
        zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), fromMiddle(event));
    }
    function down(event) {
        if (event.button || event.target.closest('button')) return;
        element.current.setPointerCapture(event.pointerId);
        pointers.set(event.pointerId, fromMiddle(event));
        Object.assign(gesture, { start: fromMiddle(event), moved: false });
    }
    function move(event) {
        const before = pointers.get(event.pointerId);
        if (!before) return;
        const now = fromMiddle(event);
        const others = [...pointers].filter(([id]) => id !== event.pointerId);
        pointers.set(event.pointerId, now);
        if (Math.hypot(now.x - gesture.start.x, now.y - gesture.start.y) > 5) gesture.moved = true;
        if (others.length) {
            const other = others[0][1];
            const apart = (point) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
            gesture.pinched = true;
            zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
        } else if (view.scale > 1) {
            setView((old) => clamp({ ...old, x: old.x + now.x - before.x, y: old.y + now.y - before.y }));
        }
    }
    async function up(event) {
        const now = fromMiddle(event);
        if (!pointers.delete(event.pointerId) || pointers.size) return;
        const { pinched, moved, start } = gesture;
        gesture.pinched = false;
        if (pinched) return;
        if (event.pointerType === 'touch' && view.scale === 1 && Math.abs(now.x - start.x) > SWIPE && Math.abs(now.x - start.x) > 2 * Math.abs(now.y - start.y)) {
            step((now.x < start.x) === (document.documentElement.dir !== 'rtl') ? 1 : -1);
            return;
        }
        if (moved) return;
        if (isFocusing) await setFocus(now);
    }
    async function setFocus(point) {
        const part = (at, side, moved) => (at - moved) / (side * view.scale) + 0.5;
        const focus = { x: part(point.x, width, view.x), y: part(point.y, height, view.y) };
        if (focus.x < 0 || focus.x > 1 || focus.y < 0 || focus.y > 1) return;
        try {
            changed(await change(file.id, { focal_point: focus }, etag));
            say(t('focusSet'));
        } catch (error) {
            say(explain(error), { isError: true });
        }
        endFocusing();
    }
    const doubled = (event) => !isFocusing && zoom(view.scale > 1 ? 0 : Math.max(2, 1 / fit / devicePixelRatio), fromMiddle(event));

    useEffect(() => {
        // Preact listens passively to wheels.
        const node = element.current;
        node.addEventListener('wheel', wheel, { passive: false });
        return () => node.removeEventListener('wheel', wheel);
    });

    const { placeholder, colour } = file.preview;
    const style = { width: `${width}px`, height: `${height}px`, transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
        backgroundImage: placeholder ? `url(${placeholderUrl(placeholder)})` : '', backgroundColor: colour ?? '' };
    const { focal_point: focus } = file;
    return html`<div ref=${element} class=${`zoomed${view.scale > 1 ? ' close' : ''}${isFocusing ? ' focusing' : ''}`} onPointerDown=${down} onPointerMove=${move} onPointerUp=${up} onPointerCancel=${() => pointers.clear()} onDblClick=${doubled}>
        ${fit > 0 && html`<div class="sheet" style=${style}>
            <img src=${first.f} alt=${file.description || file.name} draggable=${false} onLoad=${(event) => event.currentTarget.classList.add('loaded')} />
            ${better && html`<img class="loaded" src=${better.url} alt="" draggable=${false} />`}
            ${isFocusing && focus && html`<span class="focus-point" style=${{ left: `${focus.x * 100}%`, top: `${focus.y * 100}%` }}></span>`}
        </div>`}
        ${isFocusing ? html`<p class="hint">${t('clickFocus')}</p>` : null}
        ${view.scale > 1 ? html`<span class="scale" role="status">${number(view.scale * fit * devicePixelRatio, { style: 'percent' })}</span>` : null}
    </div>`;
}

/** Returns pictures of a file that are wide enough, the best first: a rendition, or the file
 *  itself. */
function candidates(file, needed) {
    const itself = SHOWN.includes(file.mime_type) && file.size < LARGE ? [{ url: file.f, width: file.width ?? Infinity }] : [];
    // Signed URLs are for exactly what was signed.
    const isSigned = file.visibility === 'private';
    const renditions = WIDTHS.filter((width) => width >= needed || width === WIDTHS.at(-1)).map((width) => ({
        url: `${file.f}?width=${width}&format=auto`,
        sign: isSigned && (() => signedLink(file.id, { rendition: { width } })),
        width: Math.min(width, file.width ?? width),
    }));
    return needed > WIDTHS.at(-1) * 1.1 ? [...itself, ...renditions] : [...renditions, ...itself];
}
