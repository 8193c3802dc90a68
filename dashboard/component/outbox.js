/**
 * What was pressed and is not yet known to be on the disk. Python is sent all of it, writes what is
 * new, and says how far it came; so presses may come faster than answers, a server may be killed
 * and a page reloaded, and none is lost. Whoever writes must bear to be told the same thing twice.
 */

/** @typedef {import("./types").Item} Item */

const REST_MS = 250; // after sending; the presses in between go along together
const AGAIN_MS = 3000; // without an answer

export class Outbox {
  /**
   * @param {string} name where the rest is kept over a reload of the page
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage
   * @param {number} rest ms
   * @param {() => void} unanswered called before something is sent again
   */
  constructor(name, storage, rest = REST_MS, unanswered = () => {}) {
    this.unanswered = unanswered;
    this.name = `photorank outbox ${name}`;
    this.storage = storage;
    this.rest = rest;
    /** @type {Item[]} */
    this.items = [];
    this.seq = 0;
    this.client = newName();
    /** @type {((value: {client: string, items: Item[]}) => void) | null} */
    this.post = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.resting = undefined;
    this.sent = 0; // seq of the latest item that was sent
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
    // After a task of no length, since one press may mark many photos.
    if (this.resting === undefined) this.pause(0);
  }

  /** Send now what was not sent, as when the page is left. */
  flush() {
    if (this.items.length) this.send();
  }

  /** Send the rest a last time; who draws the same place next has it from the storage. */
  end() {
    this.flush();
    this.stop();
    clearTimeout(this.resting);
    this.resting = undefined;
    this.post = null;
  }

  send() {
    this.stop();
    if (!this.post || !this.items.length) return;
    this.post({ client: this.client, items: this.items });
    this.sent = this.seq;
    this.pause(this.rest);
    this.plan(AGAIN_MS);
  }

  /** Wait, then send what was pressed meanwhile. @param {number} ms */
  pause(ms) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = undefined;
      if (this.seq > this.sent) this.send();
    }, ms);
  }

  /** @param {number} ms */
  plan(ms) {
    clearTimeout(this.timer);
    const again = ms === AGAIN_MS;
    this.timer = setTimeout(() => {
      if (again) this.unanswered();
      this.send();
    }, ms);
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

/** Load the page again if another server answers now: it knows nothing of this page, and Streamlit
 * does not tell it. @param {string} at an address that only the page's own server knows */
export async function reloadForNewServer(at) {
  try {
    const answer = await fetch(new URL(at, document.baseURI), { method: "HEAD", cache: "no-store" });
    const kind = answer.headers.get("content-type") ?? ""; // of what it does not know: a page
    if (answer.status < 500 && !kind.includes("javascript")) location.reload();
  } catch {
    // no server answers now
  }
}

const newName = () => Math.random().toString(36).slice(2) + Date.now().toString(36);
