/** Elements, icons and the scroller: what all views draw with. Text is only ever set as text. */

const PATHS = {
  pin: "M16 3v2l-1 1v5l3 3v2h-5v5l-1 1-1-1v-5H6v-2l3-3V6L8 5V3z",
  ban: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2.2c1.8 0 3.5.6 4.8 1.6L5.8 16.8A7.8 7.8 0 0 1 12 4.2zm0 15.6a7.8 7.8 0 0 1-4.8-1.6l11-11A7.8 7.8 0 0 1 12 19.8z",
  check: "M9 16.6 4.4 12 3 13.4l6 6L21.4 7 20 5.6z",
  close: "m18.4 4.2-6.4 6.4-6.4-6.4-1.4 1.4 6.4 6.4-6.4 6.4 1.4 1.4 6.4-6.4 6.4 6.4 1.4-1.4-6.4-6.4 6.4-6.4z",
  left: "m15.5 5-7 7 7 7 1.5-1.5L11.5 12 17 6.5z",
  right: "m8.5 5 7 7-7 7L7 17.5l5.5-5.5L7 6.5z",
  alone: "M4 3h16v18H4zm2 2v14h12V5zm2 3h8v8H8z",
  together: "M4 3h16v18H4zm2 2v14h12V5zm2 2h8v5H8zm0 7h3v3H8zm5 0h3v3h-3z",
  star: "m12 2.6 2.9 6.4 7 .8-5.2 4.7 1.4 6.9-6.1-3.5-6.1 3.5 1.4-6.9L2.1 9.8l7-.8z",
};

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} attrs
 * @param {...(Node | null)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else if (name === "text") node.textContent = String(value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/**
 * @param {keyof typeof PATHS} picture
 * @param {string} label
 * @param {(event: MouseEvent) => void} click
 * @param {string} kind
 */
export function tool(picture, label, click, kind = "") {
  const attrs = { class: `tool ${kind}`, "aria-label": label, title: label, click };
  return el("button", attrs, icon(picture));
}

/** What scrolls a node: Streamlit scrolls a section of its page, not the page.
 * @param {Node} node */
export function scrollerOf(node) {
  for (let at = /** @type {any} */ (node); at; at = at.parentElement ?? at.getRootNode().host) {
    if (at instanceof Element && at !== document.body) {
      if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
    }
  }
  return document.scrollingElement ?? document.documentElement;
}

/** Whether a key goes to a field that is typed into.
 * @param {KeyboardEvent} event */
export function isTyped(event) {
  const at = event.composedPath()[0];
  if (!(at instanceof HTMLElement)) return false;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable;
}
