/** A person's marks on photos: shown at once, sent through the outbox, and taken back one by one. */

/** @typedef {import("./outbox.js").Outbox} Outbox */
/** @typedef {{token: string, mark: "flag" | "stars", value: number}} Change */

export class Marks {
  /** @param {Outbox} outbox @param {() => void} changed */
  constructor(outbox, changed) {
    this.outbox = outbox;
    this.changed = changed;
    /** @type {Map<string, [number, number]>} */
    this.known = new Map();
    /** @type {Change[][]} */
    this.past = [];
  }

  /** Marks that are on the disk, below those that are on their way.
   * @param {Record<string, [number, number]>} stored */
  use(stored) {
    this.known = new Map(Object.entries(stored));
    for (const item of this.outbox.items) {
      const { token, mark, value } = /** @type {any} */ (item);
      if (mark) this.put({ token, mark, value });
    }
  }

  /** Flag and stars of a photo. @param {string} token @returns {[number, number]} */
  of(token) {
    return this.known.get(token) ?? [0, 0];
  }

  /** Give photos a mark; who all have it already lose it.
   * @param {string[]} tokens @param {"flag" | "stars"} mark @param {number} value */
  set(tokens, mark, value) {
    const place = mark === "flag" ? 0 : 1;
    const again = tokens.every((token) => this.of(token)[place] === value);
    const wanted = again ? 0 : value;
    const before = tokens.map((token) => ({ token, mark, value: this.of(token)[place] }));
    this.past.push(before);
    for (const token of tokens) this.change({ token, mark, value: wanted });
    this.changed();
    return wanted;
  }

  /** Take back the latest mark; false if there is none. */
  undo() {
    const before = this.past.pop();
    if (!before) return false;
    for (const one of before) this.change(one);
    this.changed();
    return true;
  }

  /** @param {Change} one */
  change(one) {
    this.put(one);
    this.outbox.put(one);
  }

  /** @param {Change} one */
  put({ token, mark, value }) {
    const [flag, stars] = this.of(token);
    this.known.set(token, mark === "flag" ? [value, stars] : [flag, value]);
  }
}

/** What was done, for those who do not see it. @param {"flag" | "stars"} mark @param {number} value */
export function markText(mark, value) {
  if (mark === "stars") return value ? `${value} star${value === 1 ? "" : "s"}` : "no stars";
  return value === 1 ? "always keep" : value === -1 ? "left out" : "mark removed";
}
