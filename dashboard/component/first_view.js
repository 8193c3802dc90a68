/** The first view of Home: its title and photos, seen until Streamlit has drawn the page. */

import { show } from "./main.js";

const LOOK_MS = 40;
const LATE_MS = 2000; // after the page's own title, when its photos will not come
const MOST_MS = 10_000; // without a title: Streamlit says what is wrong

const view = document.getElementById("first-view");
const data = document.getElementById("first-view-data");
const drawing = view?.querySelector("div")?.shadowRoot;
if (view && data?.textContent && drawing) {
  const path = location.pathname, begun = performance.now();
  const page = JSON.parse(data.textContent), nothing = () => {};
  useTheme(view, path);
  const end = show(
    { parentElement: drawing, data: page, setStateValue: nothing, setTriggerValue: nothing },
    page.place,
  );
  let titled = Infinity; // when the page had its title
  const timer = setInterval(() => {
    const now = performance.now();
    if (document.querySelector("#root h1")) titled = Math.min(titled, now);
    const isOver = isDrawn() || location.pathname !== path || now - titled > LATE_MS
      || (now - begun > MOST_MS && titled === Infinity);
    if (!isOver || drawing.querySelector("dialog[open]")) return; // a photo is looked at
    clearInterval(timer);
    end();
    view.remove();
    data.remove();
  }, LOOK_MS);
} else view?.remove(); // a browser that knows no shadow root in a document

/** The theme that a person has chosen in Streamlit's menu, which is kept for each page.
 * @param {HTMLElement} view @param {string} path */
function useTheme(view, path) {
  const chosen = localStorage.getItem(`stActiveTheme-${path}-v2`) ?? "";
  const [kind] = /light|dark/i.exec(chosen) ?? [];
  if (kind) view.style.colorScheme = kind.toLowerCase();
}

/** Whether the page's own photos are seen. */
function isDrawn() {
  const places = [...document.querySelectorAll("#root [class*=st-key-shelf] *")];
  const pictures = places.flatMap((one) => [...one.shadowRoot?.querySelectorAll("img[src]") ?? []]);
  return pictures.length > 0 && pictures.every(
    (one) => one instanceof HTMLImageElement && one.complete,
  );
}
