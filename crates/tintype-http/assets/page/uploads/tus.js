// Resumable uploads as tus 1.0 has them (https://tus.io/protocols/resumable-upload).

import { ApiError, authorization, problemOf, send, url } from '../api.js';
import { guest } from '../session.js';

/** How much is sent in a request: as much as the server makes safe at a time. */
const CHUNK = 16 * 1024 * 1024;

const HEADERS = { 'Tus-Resumable': '1.0.0' };

/** Begins an upload and returns its path. */
export async function create(file, metadata) {
    const fields = Object.entries(metadata).filter(([, value]) => value);
    const headers = { ...HEADERS, 'Upload-Length': String(file.size), 'Upload-Metadata': fields.map(([name, value]) => `${name} ${encode(value)}`).join(',') };
    const response = await send('POST', guest?.path ?? '/api/media/uploads', { headers });
    return response.headers.get('location');
}

/** Returns `{offset, length, file}` of an upload; `null` if there is none any more. `file`: its
 *  API path, once there is one. */
export async function look(path) {
    try {
        const response = await send('HEAD', path, { headers: HEADERS });
        return { offset: Number(response.headers.get('upload-offset')), length: Number(response.headers.get('upload-length')), file: response.headers.get('upload-file') };
    } catch (error) {
        if ([404, 410].includes(error.status)) return null;
        throw error;
    }
}

/** Ends an upload. */
export function end(path) {
    return send('DELETE', path, { headers: HEADERS });
}

/** Sends the next part and returns `{offset, file}`. `fetch` does not tell how much was sent, so
 *  this is an older way. */
export function append(path, file, offset, { signal, onProgress }) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        const abort = () => request.abort();
        request.open('PATCH', url(path));
        for (const [name, value] of Object.entries({ ...HEADERS, ...authorization(), 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' })) {
            request.setRequestHeader(name, value);
        }
        request.upload.onprogress = (event) => onProgress(offset + event.loaded);
        request.onerror = () => reject(new ApiError(0));
        request.onabort = () => reject(new DOMException('', 'AbortError'));
        request.onload = async () => {
            signal.removeEventListener('abort', abort);
            if (request.status === 204) resolve({ offset: Number(request.getResponseHeader('upload-offset')), file: request.getResponseHeader('upload-file') });
            else reject(await problemOf(new Response(request.response || null, { status: Math.max(200, request.status) })));
        };
        signal.addEventListener('abort', abort);
        request.send(file.slice(offset, offset + CHUNK));
    });
}

function encode(text) {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
