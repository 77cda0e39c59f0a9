// Requests to the API of the server that sent this page.

import { Signal } from './signal.js';

/** The address of the server, which may lie below a path of a host. */
export const base = new URL('../../', import.meta.url);

/** The token of the session, `null` without one. */
export const token = new Signal(null);

/** An answer that is an error, or no answer at all (status 0). */
export class ApiError extends Error {
    constructor(status, problem) {
        super(problem?.detail ?? '');
        this.status = status;
        this.problem = problem;
        /** Lists of messages by field. */
        this.fields = problem?.errors ?? {};
    }
}

/** Returns the URL of a path, with the parameters that have a value. */
export function url(path, parameters = {}) {
    const result = new URL(path.replace(/^\//, ''), base);
    for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined && value !== null && value !== '') result.searchParams.set(name, value);
    }
    return result;
}

/** Returns the headers of a request by the user of the session. */
export function authorization() {
    return token.value ? { Authorization: `Token ${token.value}` } : {};
}

/** Sends a request and returns the answer, if it is none of an error. */
export async function send(method, path, { parameters, json, body, headers, ...rest } = {}) {
    const sent = token.value;
    let response;
    try {
        response = await fetch(url(path, parameters), {
            method,
            body: json === undefined ? body : JSON.stringify(json),
            headers: { ...authorization(), ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
            ...rest,
        });
    } catch (error) {
        if (error.name === 'AbortError') throw error;
        throw new ApiError(0);
    }
    if (response.ok) return response;
    // The token was revoked, or has expired.
    if (response.status === 401 && sent && sent === token.value) token.value = null;
    throw await problemOf(response);
}

/** Returns the error that an answer is. */
export async function problemOf(response) {
    return new ApiError(response.status, await response.json().catch(() => undefined));
}

/** Sends a request and returns the JSON of the answer. */
export async function call(method, path, options) {
    const response = await send(method, path, options);
    return response.status === 204 ? undefined : response.json();
}
