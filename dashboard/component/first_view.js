/** The first view of Home: its title and photos, seen until Streamlit has drawn the page. */

import { show } from "./main.js";

/** @typedef {{what: string, tokens: string[]}} Act */

const LINK_DIGITS = 12; // of a digest, as in the addresses of pages
const LOOK_MS = 40;
const LATE_MS = 2000; // after the page has run, when its photos will not come
const MOST_MS = 20_000; // in all: Streamlit says what is wrong

const view = document.getElementById("first-view");
const data = document.getElementById("first-view-data");
const drawing = view?.querySelector("div")?.shadowRoot;
if (view && data?.textContent && drawing) {
  const path = location.pathname, begun = performance.now();
  const page = JSON.parse(data.textContent);
  useTheme(view, path);
  view.style.animation = "none"; // its end is decided here
  const end = show({
    parentElement: drawing,
    data: page,
    setStateValue: () => {}, // marks, which it does not show
    setTriggerValue: (_, act) => compare(page.index, /** @type {Act} */ (act)),
  }, page.place);
  let ran = Infinity; // when the page had run, with its title
  const timer = setInterval(() => {
    const now = performance.now();
    if (document.querySelector("[data-test-script-state=notRunning] h1")) ran = Math.min(ran, now);
    const isOver = isDrawn() || location.pathname !== path
      || now - ran > LATE_MS || now - begun > MOST_MS;
    if (!isOver || drawing.querySelector("dialog[open]")) return; // a photo is looked at
    clearInterval(timer);
    const focused = drawing.activeElement?.getAttribute("data-token");
    end();
    view.remove();
    data.remove();
    if (focused) ownDrawings().map((one) => one.querySelector(`[data-token="${focused}"]`))
      .forEach((cell) => cell instanceof HTMLElement && cell.focus());
  }, LOOK_MS);
} else view?.remove(); // a browser that knows no shadow root in a document

/** The theme that a person has chosen in Streamlit's menu, which is kept for each page.
 * @param {HTMLElement} view @param {string} path */
function useTheme(view, path) {
  try {
    const chosen = localStorage.getItem(`stActiveTheme-${path}-v2`) ?? "";
    const [kind] = /light|dark/i.exec(chosen) ?? [];
    if (kind) view.style.colorScheme = kind.toLowerCase();
  } catch { /* a browser that keeps nothing has the system's theme */ }
}

/** Go to the page Compare, if that is what a photo's button asks for.
 * @param {string} index @param {Act} act */
function compare(index, act) {
  if (act.what !== "versus") return;
  const [first, second] = act.tokens.map((token) => token.slice(0, LINK_DIGITS));
  location.assign(`compare?${new URLSearchParams({ in: index, first, second })}`);
}

/** Where the page itself draws its best photos. @returns {ShadowRoot[]} */
function ownDrawings() {
  return [...document.querySelectorAll("#root [class*=st-key-shelf] *")]
    .flatMap((one) => one.shadowRoot ?? []);
}

/** Whether the page's own photos are seen. */
function isDrawn() {
  const pictures = ownDrawings().flatMap((one) => [...one.querySelectorAll("img")]);
  const asked = pictures.filter((one) => one.src);
  return asked.length > 0 && asked.every((one) => one.complete);
}
