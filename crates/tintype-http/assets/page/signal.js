// Values that views follow.

import { useLayoutEffect, useState } from './lib/preact.js';

/** A value, and who wants to know when it changes. */
export class Signal {
    #value;
    #followers = new Set();

    constructor(value) {
        this.#value = value;
    }

    get value() {
        return this.#value;
    }

    set value(value) {
        if (Object.is(value, this.#value)) return;
        this.#value = value;
        this.#tell();
    }

    /** Tells followers of a change inside the value. */
    touch() {
        this.#tell();
    }

    /** Calls `follower` after each change, until the function that this returns is called. */
    follow(follower) {
        this.#followers.add(follower);
        return () => this.#followers.delete(follower);
    }

    #tell() {
        for (const follower of [...this.#followers]) follower(this.#value);
    }
}

/** Returns the value, and draws the component again whenever it changes. */
export function useSignal(signal) {
    const [, redraw] = useState(0);
    const value = signal.value;
    useLayoutEffect(() => {
        const again = () => redraw((count) => count + 1);
        // It may have changed since the component was drawn.
        if (signal.value !== value) again();
        return signal.follow(again);
    }, [signal]);
    return value;
}
