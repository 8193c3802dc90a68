/** Focus of a place that Streamlit takes out of the page and draws anew, and keys pressed meanwhile. */

import { gridAction, isUndo, markOf } from "./keys.js";

const MOST_MS = 3000; // from the one to the other
const NAME = "photorank held ";

/** @typedef {{token: string, at: number, keys: KeyboardEventInit[], leave?: AbortController}} Held */
/** @type {Map<string, Held>} */
const held = new Map();

/** Hold the focus of a place that goes, and the keys that reach nothing until it is back; over a
 * reload of the page, too. @param {string} place
 * @param {string} token of the photo with the focus @param {number} at where it stands */
export function holdFocus(place, token, at) {
  takeFocus(place);
  const leave = new AbortController(), { signal } = leave;
  /** @type {KeyboardEventInit[]} */
  const keys = [];
  addEventListener("keydown", (event) => {
    if (event.composedPath()[0] !== document.body) return;
    if (!markOf(event) && !isUndo(event) && !gridAction(event)) return;
    event.preventDefault(); // it would scroll the page now, and act later
    keys.push({ key: isUndo(event) ? "u" : event.key, shiftKey: event.shiftKey, bubbles: true });
  }, { signal, capture: true });
  addEventListener("pagehide", () => {
    if (keys.length) sessionStorage.setItem(NAME + place, JSON.stringify({ token, at, keys }));
  }, { signal });
  const timer = setTimeout(() => takeFocus(place), MOST_MS);
  signal.addEventListener("abort", () => clearTimeout(timer));
  held.set(place, { token, at, keys, leave });
}

/** What is held for a place; null if nothing is, or another element has the focus by now.
 * @param {string} place @returns {Held | null} */
export function takeFocus(place) {
  const one = held.get(place) ?? JSON.parse(sessionStorage.getItem(NAME + place) ?? "null");
  held.delete(place);
  sessionStorage.removeItem(NAME + place);
  one?.leave?.abort();
  return document.activeElement === document.body ? one : null;
}
