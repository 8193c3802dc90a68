/** Focus of a place that Streamlit takes out of the page and draws anew, and keys pressed meanwhile. */

import { gridAction, isUndo, markOf } from "./keys.js";

const MOST_MS = 3000; // from the one to the other

/** @typedef {{token: string, keys: KeyboardEvent[], leave: AbortController}} Held */
/** @type {Map<string, Held>} */
const held = new Map();

/** Hold the focus of a place that goes, and the keys that reach nothing until it is back.
 * @param {string} place @param {string} token of the photo that has the focus */
export function holdFocus(place, token) {
  takeFocus(place);
  const leave = new AbortController(), { signal } = leave;
  /** @type {KeyboardEvent[]} */
  const keys = [];
  addEventListener("keydown", (event) => {
    if (event.composedPath()[0] !== document.body) return;
    if (!markOf(event) && !isUndo(event) && !gridAction(event)) return;
    event.preventDefault(); // it would scroll the page now, and act later
    keys.push(event);
  }, { signal, capture: true });
  const timer = setTimeout(() => takeFocus(place), MOST_MS);
  signal.addEventListener("abort", () => clearTimeout(timer));
  held.set(place, { token, keys, leave });
}

/** What is held for a place; null if nothing is, or another element has the focus by now.
 * @param {string} place */
export function takeFocus(place) {
  const one = held.get(place);
  held.delete(place);
  one?.leave.abort();
  return one && document.activeElement === document.body ? one : null;
}
