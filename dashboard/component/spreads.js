/**
 * Spreads of a kept album: photos where the printed page has them, moved, pinned and left out here.
 * It is mounted by itself, and no module of the grid needs it.
 *
 * @typedef {{photo: string, name: string, hint: string, src: string | null, box: number[], pinned: boolean,
 *   alone: boolean, hairline: boolean}} Frame
 * @typedef {{number: number, frames: Frame[], caption: string, captionAt: number[]}} Page
 * @typedef {{spreads: {pages: (Page | null)[]}[], size: number[]}} Book
 */

/** @param {string} name @param {string} kind @returns {HTMLElement} */
function element(name, kind) {
  const made = document.createElement(name);
  made.className = kind;
  return made;
}

// Material's push_pin: an emoji has no letter in many fonts.
const PIN = "M16 9V4h1V2H7v2h1v5c0 1.66-1.34 3-3 3v2h5.97v7l1 1 1-1v-7H19v-2c-1.66 0-3-1.34-3-3z";

/** @returns {SVGElement} */
function pin() {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PIN);
  drawing.append(path);
  return drawing;
}

/** @type {{what: string, sign: string, text: string, when?: (frame: Frame) => boolean}[]} */
const TOOLS = [
  { what: "earlier", sign: "‹", text: "Move earlier (Alt and left arrow)" },
  { what: "pin", sign: "", text: "Always keep", when: (frame) => !frame.pinned },
  { what: "free", sign: "", text: "No longer keep", when: (frame) => frame.pinned },
  { what: "alone", sign: "▣", text: "A page for itself", when: (frame) => !frame.alone },
  { what: "together", sign: "▤", text: "With others on a page", when: (frame) => frame.alone },
  { what: "leave out", sign: "✕", text: "Leave out" },
  { what: "later", sign: "›", text: "Move later (Alt and right arrow)" },
];

/**
 * @param {{data: Book, parentElement: HTMLElement,
 *   setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector("#spreads"));
  const focused = /** @type {Document | ShadowRoot} */ (root.getRootNode()).activeElement;
  const frame = root.contains(focused) ? focused?.closest(".frame") : null;
  const held = frame instanceof HTMLElement ? frame.dataset.photo : null;
  const order = data.spreads.flatMap((spread) =>
    spread.pages.flatMap((page) => (page ? page.frames : [])));
  const place = new Map(order.map((frame, at) => [frame.photo, at]));

  /** @param {string} photo */
  const at = (photo) => place.get(photo) ?? -1;

  /** @param {string} what @param {Frame} frame @param {string | null} [other] */
  function act(what, frame, other = null) {
    if (what === "earlier" || what === "later") {
      const now = at(frame.photo);
      const to = what === "earlier" ? now - 1 : now + 2;
      if (to < 0 || (what === "later" && now + 1 >= order.length)) return;
      other = order[to]?.photo ?? null;
      what = "move";
    }
    root.setAttribute("aria-busy", "true");
    setTriggerValue("act", { what, photo: frame.photo, name: frame.name, other });
  }

  /** @param {Frame} frame */
  function drawn(frame) {
    const cell = element("div", "frame");
    const [left, top, width, height] = frame.box;
    Object.assign(cell.style, {
      left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%`,
    });
    cell.tabIndex = 0;
    cell.draggable = true;
    cell.dataset.photo = frame.photo;
    cell.setAttribute("role", "group");
    const marks = [frame.pinned ? "always kept" : "", frame.alone ? "alone on its page" : ""];
    cell.setAttribute("aria-label", [frame.name, ...marks, frame.hint].filter(Boolean).join(", "));
    cell.title = `${frame.name}: ${frame.hint}`;
    cell.classList.toggle("hairline", frame.hairline);
    cell.classList.toggle("pinned", frame.pinned);
    const picture = /** @type {HTMLImageElement} */ (element("img", ""));
    picture.alt = "";
    picture.loading = "lazy";
    picture.draggable = false;
    if (frame.src) picture.src = frame.src;
    cell.append(picture);
    if (frame.pinned) {
      const mark = element("span", "mark");
      mark.append(pin());
      cell.append(mark);
    }
    const tools = element("div", "tools");
    for (const tool of TOOLS) {
      if (tool.when && !tool.when(frame)) continue;
      const button = element("button", "");
      if (tool.sign) button.textContent = tool.sign;
      else button.append(pin());
      button.title = tool.text;
      button.setAttribute("aria-label", `${tool.text}: ${frame.name}`);
      button.addEventListener("click", () => act(tool.what, frame));
      tools.append(button);
    }
    cell.append(tools);
    cell.addEventListener("click", (event) => {
      if (!(event.target instanceof Element && event.target.closest("button"))) cell.focus(); // a finger
    });
    cell.addEventListener("keydown", (event) => {
      if (event.target !== cell) return;
      /** @type {Record<string, string>} */
      const moves = { ArrowLeft: "earlier", ArrowRight: "later" };
      /** @type {Record<string, string>} */
      const marked = { p: frame.pinned ? "free" : "pin", x: "leave out", a: frame.alone ? "together" : "alone" };
      const what = event.altKey ? moves[event.key] : !event.ctrlKey && !event.metaKey && marked[event.key];
      if (!what) return;
      event.preventDefault();
      event.stopPropagation();
      act(what, frame);
    });
    cell.addEventListener("dragstart", (event) => {
      event.dataTransfer?.setData("text/photorank", frame.photo);
      if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
    });
    cell.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("text/photorank")) event.preventDefault();
    });
    cell.addEventListener("drop", (event) => {
      event.preventDefault();
      const from = order[at(event.dataTransfer?.getData("text/photorank") ?? "")];
      if (!from || from === frame) return;
      const forward = at(from.photo) < at(frame.photo);
      const after = order[at(frame.photo) + 1];
      act("move", from, forward ? after?.photo ?? null : frame.photo);
    });
    return cell;
  }

  root.removeAttribute("aria-busy");
  root.replaceChildren(...data.spreads.map((spread) => {
    const both = element("div", "spread");
    both.style.aspectRatio = `${2 * data.size[0]} / ${data.size[1]}`;
    const numbers = spread.pages.flatMap((page) => (page ? [page.number] : []));
    both.setAttribute("role", "group");
    both.setAttribute("aria-label", `Pages ${numbers.join(" and ")}`);
    for (const page of spread.pages) {
      const leaf = element("div", page ? "leaf" : "leaf none");
      for (const frame of page ? page.frames : []) leaf.append(drawn(frame));
      if (page?.caption) {
        const caption = element("span", "caption");
        caption.textContent = page.caption;
        caption.style.left = `${page.captionAt[0]}%`;
        caption.style.top = `${page.captionAt[1]}%`;
        leaf.append(caption);
      }
      both.append(leaf);
    }
    const figure = element("figure", "");
    const under = element("figcaption", "");
    under.textContent = numbers.join(" – ");
    figure.append(both, under);
    return figure;
  }));
  const again = held ? root.querySelector(`.frame[data-photo="${held}"]`) : null;
  if (again instanceof HTMLElement) again.focus();
}
