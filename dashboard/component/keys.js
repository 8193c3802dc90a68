/** What keys mean, in one place: for the grid, the viewer, and the choice between two. */

import { el, tool } from "./dom.js";

/** @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} Key */
/** @typedef {{mark: "flag" | "stars", value: number}} Marked */

/** Mark that a key gives a photo. @param {Key} event @returns {Marked | null} */
export function markOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (key === "p") return { mark: "flag", value: 1 };
  if (key === "x") return { mark: "flag", value: -1 };
  if (/^[0-5]$/.test(key)) return { mark: "stars", value: Number(key) };
  return null;
}

/** @param {Key} event */
export function isUndo(event) {
  const key = event.key.toLowerCase();
  if (event.altKey) return false;
  return event.ctrlKey || event.metaKey ? key === "z" && !event.shiftKey : key === "u";
}

/** @type {Record<string, string>} */
const IN_GRID = {
  ArrowRight: "next", ArrowLeft: "previous", ArrowDown: "below", ArrowUp: "above",
  Home: "first", End: "last", PageDown: "page down", PageUp: "page up",
  " ": "open", Enter: "open", s: "select", c: "compare", o: "stack", Escape: "clear", "?": "keys",
};
/** @type {Record<string, string>} */
const IN_VIEWER = {
  ArrowRight: "next", ArrowLeft: "previous", Home: "first", End: "last",
  " ": "close", Escape: "close", z: "zoom", f: "faces", i: "facts", w: "why", c: "compare", "?": "keys",
};
/** @type {Record<string, string>} */
const IN_CHOICE = {
  ArrowLeft: "first", ArrowRight: "second", ArrowDown: "tie", t: "tie",
  s: "skip", u: "undo", z: "zoom",
};

/** What a person is told of the keys. @type {[string, [string, string][]][]} */
export const TOLD = [
  ["Among the photos", [
    ["← → ↑ ↓", "go from photo to photo"], ["Home  End", "the first, the last"],
    ["Enter", "open the photo"], ["S", "select it"], ["C", "compare two selected"],
    ["O", "open or close the shots of one moment"], ["Esc", "nothing selected"],
  ]],
  ["A photo over the whole window", [
    ["← →", "the one before, the next"], ["Z", "its own pixels, 100 %"],
    ["C", "beside another photo"], ["W", "why it stands where it stands"], ["F", "faces"], ["I", "when and how it was taken"],
    ["Esc", "close"],
  ]],
  ["Marks", [
    ["P", "always keep"], ["X", "leave out"], ["1 – 5", "stars"], ["0", "no stars"],
    ["U", "undo"],
  ]],
];

/** @param {Record<string, string>} table @param {Key} event @returns {string | null} */
function action(table, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return Object.hasOwn(table, key) ? table[key] : null;
}

/** @param {Key} event */
export const gridAction = (event) => action(IN_GRID, event);
/** @param {Key} event */
export const viewerAction = (event) => action(IN_VIEWER, event);
/** @param {Key} event */
export const choiceAction = (event) => action(IN_CHOICE, event);

/** The list of keys, in a window of its own above whatever is there. */
export class Help {
  /** @param {Node} root */
  constructor(root) {
    const title = (/** @type {string} */ text) => el("h3", { text });
    const line = (/** @type {[string, string]} */ [keys, text]) =>
      el("div", {}, el("dt", {}, el("kbd", { text: keys })), el("dd", { text }));
    this.node = el("dialog", { class: "help", "aria-label": "Keys" },
      tool("close", "Close (Esc)", () => this.node.close(), "shut"),
      ...TOLD.map(([text, lines]) => el("section", {}, title(text), el("dl", {}, ...lines.map(line)))));
    this.node.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "?") this.node.close();
    });
    this.node.addEventListener("click", (event) => {
      if (event.target === this.node) this.node.close(); // beside it
    });
    root.appendChild(this.node);
  }

  open() {
    this.node.showModal();
  }
}
