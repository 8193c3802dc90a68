/**
 * What was pressed and is not yet known to be on the disk. Python is sent all of it, writes what is
 * new, and says how far it came; so presses may come faster than answers, a server may be killed
 * and a page reloaded, and none is lost. Whoever writes must bear to be told the same thing twice.
 */

/** @typedef {import("./types").Item} Item */

const SEND_MS = 250; // after the first press; the presses until then go along
const AGAIN_MS = 3000; // without an answer

export class Outbox {
  /**
   * @param {string} name where the rest is kept over a reload of the page
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage
   * @param {number} wait ms
   */
  constructor(name, storage, wait = SEND_MS) {
    this.name = `photorank outbox ${name}`;
    this.storage = storage;
    this.wait = wait;
    /** @type {Item[]} */
    this.items = [];
    this.seq = 0;
    this.client = newName();
    /** @type {((value: {client: string, items: Item[]}) => void) | null} */
    this.post = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.restore();
  }

  /** How to reach Python, and how far Python came.
   * @param {(value: {client: string, items: Item[]}) => void} post
   * @param {{client: string, seq: number} | null | undefined} acked */
  connect(post, acked) {
    const first = this.post === null;
    this.post = post;
    if (acked && acked.client === this.client) {
      this.items = this.items.filter((item) => item.seq > acked.seq);
      this.keep();
      if (!this.items.length) this.stop();
    }
    if (this.items.length && (first || this.timer === undefined)) this.plan(first ? 0 : AGAIN_MS);
  }

  /** @param {Record<string, unknown>} what */
  put(what) {
    this.items.push({ ...what, seq: ++this.seq });
    this.keep();
    if (!this.sooner) {
      this.sooner = true;
      this.plan(this.wait);
    }
  }

  /** Send now what was not sent, as when the page is left. */
  flush() {
    if (this.items.length) this.send();
  }

  send() {
    this.sooner = false;
    this.stop();
    if (!this.post || !this.items.length) return;
    this.post({ client: this.client, items: this.items });
    this.plan(AGAIN_MS);
  }

  /** @param {number} ms */
  plan(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), ms);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  keep() {
    try {
      if (!this.items.length) this.storage.removeItem(this.name);
      else this.storage.setItem(this.name, JSON.stringify([this.client, this.seq, this.items]));
    } catch {
      // a browser that keeps nothing still sends what was pressed
    }
  }

  restore() {
    try {
      const kept = JSON.parse(this.storage.getItem(this.name) ?? "null");
      if (Array.isArray(kept)) [this.client, this.seq, this.items] = kept;
    } catch {
      this.storage.removeItem(this.name); // not written by this version
    }
  }
}

const newName = () => Math.random().toString(36).slice(2) + Date.now().toString(36);
