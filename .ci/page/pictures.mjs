// Files to show: pictures drawn by the browser, and some of other types.

/** Draws a landscape; runs in the browser, and returns a JPEG in base64. */
async function draw({ seed, width, height }) {
    let state = seed * 2654435761 % 4294967296;
    const random = () => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext('2d');
    const hue = random() * 360;
    const sky = pen.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, `hsl(${200 + random() * 40} 55% ${25 + random() * 45}%)`);
    sky.addColorStop(0.7, `hsl(${20 + random() * 40} 75% ${60 + random() * 25}%)`);
    pen.fillStyle = sky;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = `hsl(${35 + random() * 20} 95% 85%)`;
    pen.beginPath();
    pen.arc(width * (0.2 + random() * 0.6), height * (0.2 + random() * 0.25), Math.min(width, height) * (0.04 + random() * 0.06), 0, 7);
    pen.fill();
    for (let ridge = 0; ridge < 5; ridge += 1) {
        const base = height * (0.42 + ridge * 0.12);
        const [first, second, turn] = [random() * 3 + 1, random() * 7 + 3, random() * 7];
        pen.fillStyle = `hsl(${hue + ridge * 8} ${22 + ridge * 7}% ${58 - ridge * 11}%)`;
        pen.beginPath();
        pen.moveTo(0, height);
        for (let x = 0; x <= width; x += 2) {
            const part = x / width;
            pen.lineTo(x, base + height * (0.06 * Math.sin(first * part * 3 + turn) + 0.025 * Math.sin(second * part * 5 + turn * 2)));
        }
        pen.lineTo(width, height);
        pen.fill();
    }
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.82 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Puts when and where a picture was taken into a JPEG. */
function withExif(jpeg, taken, [latitude, longitude]) {
    const text = (value) => Buffer.from(`${value}\0`, 'latin1');
    const entries = (list, at) => {
        const head = Buffer.alloc(2 + list.length * 12 + 4);
        head.writeUInt16LE(list.length, 0);
        const data = [];
        let next = at + head.length;
        list.forEach(([tag, type, count, value], index) => {
            const place = 2 + index * 12;
            head.writeUInt16LE(tag, place);
            head.writeUInt16LE(type, place + 2);
            head.writeUInt32LE(count, place + 4);
            if (Buffer.isBuffer(value) && value.length > 4) {
                head.writeUInt32LE(next, place + 8);
                data.push(value);
                next += value.length;
            } else if (Buffer.isBuffer(value)) value.copy(head, place + 8);
            else head.writeUInt32LE(value, place + 8);
        });
        return Buffer.concat([head, ...data]);
    };
    const degrees = (value) => {
        const result = Buffer.alloc(24);
        const whole = Math.abs(value);
        [Math.floor(whole), Math.floor(whole * 60) % 60, Math.round((whole * 3600 % 60) * 100)].forEach((part, index) => {
            result.writeUInt32LE(part, index * 8);
            result.writeUInt32LE(index === 2 ? 100 : 1, index * 8 + 4);
        });
        return result;
    };
    const ascii = (tag, value) => [tag, 2, text(value).length, text(value)];
    const main = (exif, gps) => [ascii(0x010f, 'Example'), ascii(0x0110, 'Example Camera 5'), [0x8769, 4, 1, exif], [0x8825, 4, 1, gps]];
    const mainLength = entries(main(0, 0), 8).length;
    const exif = entries([ascii(0x9003, taken)], 8 + mainLength);
    const gpsAt = 8 + mainLength + exif.length;
    const gps = entries([[1, 2, 2, text(latitude < 0 ? 'S' : 'N')], [2, 5, 3, degrees(latitude)], [3, 2, 2, text(longitude < 0 ? 'W' : 'E')], [4, 5, 3, degrees(longitude)]], gpsAt);
    const tiff = Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), entries(main(8 + mainLength, gpsAt), 8), exif, gps]);
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(tiff.length + 8, 2);
    return Buffer.concat([jpeg.subarray(0, 2), head, Buffer.from('Exif\0\0', 'latin1'), tiff, jpeg.subarray(2)]);
}

const NAMES = ['Harbour at dawn', 'Valley', 'Old bridge', 'First snow', 'شهر در شب', 'Ridge', 'Market', 'صباح في الجبل', 'Ferry', 'Rooftops', 'Lake', 'Night train'];
const FOLDERS = ['trips/oslo', 'trips/shiraz', 'family', 'work/posters', 'سفر/اصفهان'];
const SHAPES = [[1200, 800], [800, 1200], [1600, 900], [1000, 1000], [1500, 1000], [2000, 800]];

/** A second of a tone, as WAV. */
function tone() {
    const [rate, head] = [8000, Buffer.from('RIFF....WAVEfmt ....................data....', 'latin1')];
    head.writeUInt32LE(36 + rate, 4);
    [16, 0x10001, rate, rate, 0x80001].forEach((value, index) => head.writeUInt32LE(value, 16 + index * 4));
    head.writeUInt32LE(rate, 40);
    return Buffer.concat([head, Buffer.from(Array.from({ length: rate }, (_, at) => 128 + Math.round(60 * Math.sin(at / 3))))]);
}

/** Fills a server with files. `page` is a page of the browser. */
export async function fill(page, call, count) {
    const add = async (name, bytes, type, fields) => {
        const form = new FormData();
        form.append('f', new Blob([bytes], { type }), name);
        const file = await call('POST', '/api/media/files', form);
        await call('PATCH', `/api/media/files/${file.id}`, fields);
        return file;
    };
    await add('notes.txt', 'The ferry leaves at seven.\nTickets are in the blue bag.\n'.repeat(20), 'text/plain', { tags: ['family'] });
    await add('گزارش سفر.txt', 'کشتی ساعت هفت می‌رود.\n', 'text/plain', { tags: ['سفر/اصفهان'] });
    await add('tone.wav', tone(), 'audio/wav', { description: 'The bell of the harbour' });
    await add('table.csv', 'place,days\nOslo,4\nShiraz,6\n', 'text/csv', { visibility: 'private' });
    for (let number = 0; number < count; number += 1) {
        const [width, height] = SHAPES[number % SHAPES.length];
        const jpeg = Buffer.from(await page.evaluate(draw, { seed: number + 1, width, height }), 'base64');
        const day = String(number % 28 + 1).padStart(2, '0');
        const bytes = withExif(jpeg, `2026:${String(number % 9 + 1).padStart(2, '0')}:${day} 08:30:00`, [59.9 + number / 100, 10.7 + number / 50]);
        const name = NAMES[number % NAMES.length];
        const file = await add(`${name}.jpg`, bytes, 'image/jpeg', {
            name: number < NAMES.length ? name : `${name} ${Math.floor(number / NAMES.length) + 1}`,
            tags: number % 3 ? [FOLDERS[number % FOLDERS.length]] : [],
            visibility: number % 7 === 3 ? 'private' : 'public',
        });
        if (!number) await call('PATCH', `/api/media/files/${file.id}`, { description: 'From the east pier' });
    }
}
