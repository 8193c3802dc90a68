/** The order of the photos: what a grid knows of each, and where its pictures and names are. */

/** @typedef {import("./types").Urls} Urls */

const UNRATED = 0xffff;
const TOKEN_BYTES = 8;
const NAMES_A_PIECE = 200;
const FEW = 1000; // photos that are compared one by one

/** @param {string} base */
export const absolute = (base) => new URL(base, document.baseURI).href;

/** What gives the address of the reasons for a photo's rating; null where no vector judges.
 * @param {import("./types").Data} data */
export function reasonsAt({ base, index, judgedBy, words = "" }) {
  if (!judgedBy) return null;
  const asked = new URLSearchParams({ by: judgedBy, words });
  return (/** @type {string} */ token) =>
    `${absolute(base)}/reasons/${encodeURIComponent(index)}/${token}?${asked}`;
}

/** @param {string} base @param {string} index @param {string} token @returns {Urls} */
export function urlsOf(base, index, token) {
  const at = `${base}/photos/${encodeURIComponent(index)}/${encodeURIComponent(token)}`;
  return { small: `${at}/384`, medium: `${at}/1024`, large: `${at}/2048`, full: `${at}/full` };
}

/** Columns of an order, as views of the bytes that came. */
export class Columns {
  /** @param {string} text in base64 */
  static ofText(text) {
    return new Columns(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  }

  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    const n = buffer.byteLength / (TOKEN_BYTES + 8);
    if (!Number.isInteger(n)) throw new Error("the order of the photos came in part");
    this.n = n;
    this.ids = new Uint8Array(buffer, 0, TOKEN_BYTES * n);
    const column = (/** @type {number} */ k) =>
      new Uint16Array(buffer, TOKEN_BYTES * n + 2 * n * k, n);
    this.aspects = column(0); // in thousandths
    this.percentiles = column(1); // in hundredths of a percent
    this.tones = column(2); // red, green and blue in 5, 6 and 5 bits
    this.stacks = column(3); // photos of a stack at its first, 0 at the others, else 1
  }

  /** Beginning of a photo's digest. @param {number} i */
  token(i) {
    let text = "";
    for (let k = TOKEN_BYTES * i; k < TOKEN_BYTES * (i + 1); k++)
      text += this.ids[k].toString(16).padStart(2, "0");
    return text;
  }

  /** Photo whose token begins so; -1 without one. @param {string} beginning */
  find(beginning) {
    const first = beginning.length > 1 ? parseInt(beginning.slice(0, 2), 16) : null;
    for (let i = 0; i < this.n; i++) { // most photos have another first byte, and need no text
      if (first !== null && this.ids[TOKEN_BYTES * i] !== first) continue;
      if (this.token(i).startsWith(beginning)) return i;
    }
    return -1;
  }

  /** Whether an order of n photos, of which these are the first, goes on with another: as many
   * photos, or a few of which most are the same. @param {Columns} before @param {number} [n] */
  continues(before, n = this.n) {
    if (n === before.n) return true;
    if (this.n < n || Math.max(n, before.n) > FEW) return false;
    const had = new Set(Array.from({ length: before.n }, (_, i) => before.token(i)));
    let same = 0;
    for (let i = 0; i < this.n; i++) if (had.has(this.token(i))) same++;
    return 2 * same > Math.min(this.n, before.n);
  }

  /** First photo of the stack that a photo is in. @param {number} i */
  stackOf(i) {
    while (i > 0 && this.stacks[i] === 0) i--;
    return i;
  }

  /** Mean colour, "" where it is not known. @param {number} i */
  colour(i) {
    const tone = this.tones[i];
    return tone === 0 ? "" : `rgb(${(tone >> 11) << 3} ${((tone >> 5) & 63) << 2} ${(tone & 31) << 3})`;
  }

  /** Share of the collection that a photo beats, in words. @param {number} i */
  better(i) {
    const hundredths = this.percentiles[i];
    if (hundredths === UNRATED) return "";
    return `better than ${Math.min(99, Math.floor(hundredths / 100))} %`;
  }

  /** Photos to draw, in order: of a closed stack the first alone. @param {Set<string>} open */
  shown(open) {
    const shown = new Uint32Array(this.n);
    let k = 0, inside = false;
    for (let i = 0; i < this.n; i++) {
      if (this.stacks[i] !== 0) inside = open.size > 0 && this.stacks[i] > 1 && open.has(this.token(i));
      if (this.stacks[i] !== 0 || inside) shown[k++] = i;
    }
    return shown.subarray(0, k);
  }

  /** Width to height of some photos. @param {ArrayLike<number>} photos */
  shapes(photos) {
    const found = new Float32Array(photos.length);
    for (let k = 0; k < photos.length; k++) found[k] = this.aspects[photos[k]] / 1000;
    return found;
  }
}

/** Names and captions, fetched in pieces when they are first needed. */
export class Words {
  /** @param {string} at @param {() => void} arrived */
  constructor(at, arrived) {
    this.at = at;
    this.arrived = arrived;
    /** @type {Map<number, [string, string][] | null>} */
    this.pieces = new Map();
  }

  /** Name and caption; empty until they have come. @param {number} i @returns {[string, string]} */
  of(i) {
    const piece = Math.floor(i / NAMES_A_PIECE);
    const known = this.pieces.get(piece);
    if (known) return known[i % NAMES_A_PIECE] ?? ["", ""];
    if (known === undefined) this.fetch(piece);
    return ["", ""];
  }

  /** @param {number} piece */
  async fetch(piece) {
    this.pieces.set(piece, null);
    try {
      const answer = await fetch(`${this.at}/words/${piece}`);
      if (!answer.ok) throw new Error(String(answer.status));
      this.pieces.set(piece, await answer.json());
      this.arrived();
    } catch {
      this.pieces.delete(piece); // asked for again when it is drawn again
    }
  }
}
