// Rows of pictures that fill the width.

/** The flattest and the narrowest picture that is shown whole. */
const WIDEST = 3.2;
const NARROWEST = 0.45;

/** Returns the aspect ratio of what is shown of a file. */
export function ratioOf(file) {
    const thumbnail = file.preview.thumbnails.at(-1);
    const [width, height] = file.width ? [file.width, file.height] : [thumbnail?.width ?? 1, thumbnail?.height ?? 1];
    return Math.min(WIDEST, Math.max(NARROWEST, width / height || 1));
}

/** Breaks pictures into rows whose heights are as close to `target` as possible, as paragraphs
 *  are broken into lines (D. E. Knuth, M. F. Plass, "Breaking paragraphs into lines", 1981).
 *  Only a last row may be left short. Returns `{start, end, top, height}` of each, and the
 *  height of all. */
export function justify(ratios, width, target, gap, isLast) {
    const count = ratios.length;
    const costs = new Float64Array(count + 1).fill(Infinity);
    const starts = new Int32Array(count + 1);
    costs[0] = 0;
    for (let end = 1; end <= count; end += 1) {
        let sum = 0;
        for (let start = end - 1; start >= 0; start -= 1) {
            sum += ratios[start];
            const items = end - start;
            const height = (width - gap * (items - 1)) / sum;
            if (height < target / 2 && items > 1) break;
            const isShort = isLast && end === count && height > target;
            const cost = costs[start] + (isShort ? 0 : (Math.log(height / target)) ** 2);
            if (cost < costs[end]) {
                costs[end] = cost;
                starts[end] = start;
            }
        }
    }
    const rows = [];
    for (let end = count; end > 0; end = starts[end]) rows.push({ start: starts[end], end });
    rows.reverse();
    let top = 0;
    for (const row of rows) {
        let sum = 0;
        for (let index = row.start; index < row.end; index += 1) sum += ratios[index];
        const full = (width - gap * (row.end - row.start - 1)) / sum;
        // One picture alone would fill the screen.
        row.height = Math.round(Math.min(full, isLast && row.end === count ? target : target * 1.8));
        row.top = top;
        top += row.height + gap;
    }
    return { rows, height: top };
}
