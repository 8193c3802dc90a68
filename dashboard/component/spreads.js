/** Spreads of a kept album: photos where the printed page has them, looked at, moved and marked here. */

import { el, icon } from "./dom.js";
import { absolute, reasonsAt } from "./order.js";
import { Viewer } from "./viewer.js";

/** @typedef {import("./types").Component} Component */
/** @typedef {import("./types").Frame} Frame */

const BEGINNING_DIGITS = 16; // of a digest, by which the server knows a photo

/** @type {{what: string, picture: Parameters<typeof icon>[0], text: string, short: string, when?: (frame: Frame) => boolean}[]} */
const TOOLS = [
  { what: "earlier", picture: "left", text: "Move earlier", short: "Earlier" },
  { what: "pin", picture: "pin", text: "Always keep", short: "Keep", when: (frame) => !frame.pinned },
  { what: "free", picture: "pin", text: "No longer keep", short: "Free", when: (frame) => frame.pinned },
  { what: "alone", picture: "alone", text: "A page for itself", short: "Alone", when: (frame) => !frame.alone },
  { what: "together", picture: "together", text: "With others on a page", short: "With others", when: (frame) => frame.alone },
  { what: "leave out", picture: "ban", text: "Leave out", short: "Leave out" },
  { what: "later", picture: "right", text: "Move later", short: "Later" },
];
/** @type {Record<string, string>} */
const KEYS = {
  earlier: "Alt ←", later: "Alt →", pin: "P", free: "P", alone: "A", together: "A", "leave out": "X",
};

export class Spreads {
  /** @param {HTMLElement} root @param {Component} component */
  constructor(root, component) {
    this.component = component;
    this.data = component.data;
    /** @type {Frame[]} */
    this.order = [];
    this.node = el("div", { id: "spreads" });
    root.append(this.node);
    this.viewer = new Viewer(this.album(), root);
  }

  /** What the viewer looks through. @returns {import("./viewer.js").Album} */
  album() {
    const book = this;
    return {
      get base() { return absolute(book.data.base); },
      get n() { return book.order.length; },
      get why() { return reasonsAt(book.data); },
      marks: null,
      page: null,
      versus: (tokens) => this.component.setTriggerValue("act", { what: "versus", tokens }),
      photo: (place) => {
        const { photo, name } = this.order[place];
        return [this.data.index, photo.slice(0, BEGINNING_DIGITS), name];
      },
      better: (place) => this.order[place].hint,
      mark: () => {},
      undo: () => "",
      closed: (place) => this.cellOf(this.order[place]?.photo)?.focus(),
    };
  }

  /** @param {Component} component */
  update(component) {
    this.component = component;
    this.data = component.data;
    const held = this.held(), spreads = this.data.spreads ?? [];
    this.order = spreads.flatMap((spread) => spread.pages.flatMap((page) => page?.frames ?? []));
    this.node.removeAttribute("aria-busy");
    this.node.replaceChildren(...spreads.map((spread) => this.spread(spread)));
    if (!this.viewer.node.open) this.cellOf(held)?.focus();
  }

  /** Photo that has the focus. @returns {string | undefined} */
  held() {
    const focused = /** @type {Document | ShadowRoot} */ (this.node.getRootNode()).activeElement;
    const cell = this.node.contains(focused) ? focused?.closest(".frame") : null;
    return cell instanceof HTMLElement ? cell.dataset.photo : undefined;
  }

  /** @param {string | undefined} photo @returns {HTMLElement | null} */
  cellOf(photo) {
    return photo ? this.node.querySelector(`.frame[data-photo="${photo}"]`) : null;
  }

  /** @param {string} photo */
  at(photo) {
    return this.order.findIndex((frame) => frame.photo === photo);
  }

  /** @param {string} what @param {Frame} frame @param {string | null} [other] */
  act(what, frame, other = null) {
    if (what === "earlier" || what === "later") {
      const now = this.at(frame.photo), to = what === "earlier" ? now - 1 : now + 2;
      if (to < 0 || (what === "later" && now + 1 >= this.order.length)) return;
      other = this.order[to]?.photo ?? null;
      what = "move";
    }
    this.node.setAttribute("aria-busy", "true");
    this.component.setTriggerValue("act", { what, photo: frame.photo, name: frame.name, other });
  }

  /** @param {import("./types").Spread} spread */
  spread(spread) {
    const numbers = spread.pages.flatMap((page) => (page ? [page.number] : []));
    const both = el("div", {
      class: "spread", role: "group", "aria-label": `Pages ${numbers.join(" and ")}`,
    }, ...spread.pages.map((page) => this.leaf(page)));
    const [width, height] = this.data.size ?? [1, 1];
    both.style.aspectRatio = `${2 * width} / ${height}`;
    return el("figure", {}, both, el("figcaption", { text: numbers.join(" – ") }));
  }

  /** @param {import("./types").Page | null} page */
  leaf(page) {
    const leaf = el("div", { class: page ? "leaf" : "leaf none" });
    leaf.append(...(page?.frames ?? []).map((frame) => this.frame(frame)));
    if (page?.caption) {
      const caption = el("span", { class: "caption", text: page.caption });
      caption.style.left = `${page.captionAt[0]}%`;
      caption.style.top = `${page.captionAt[1]}%`;
      leaf.append(caption);
    }
    return leaf;
  }

  /** @param {Frame} frame */
  frame(frame) {
    const marks = [frame.pinned ? "always kept" : "", frame.alone ? "alone on its page" : ""];
    const kinds = ["frame", frame.hairline && "hairline", frame.pinned && "pinned"];
    const cell = el("div", {
      class: kinds.filter(Boolean).join(" "), tabindex: "0", draggable: "true", role: "group",
      "data-photo": frame.photo,
      "aria-label": [frame.name, ...marks, frame.hint].filter(Boolean).join(", "),
    }, el("img", { alt: "", loading: "lazy", draggable: "false", src: frame.src }),
    frame.pinned ? el("span", { class: "mark" }, icon("pin")) : null, this.tools(frame));
    const [left, top, width, height] = frame.box;
    Object.assign(cell.style, {
      left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%`,
    });
    this.listen(cell, frame);
    return cell;
  }

  /** @param {Frame} frame */
  tools(frame) {
    const seen = TOOLS.filter((tool) => !tool.when || tool.when(frame));
    return el("div", { class: "tools" }, ...seen.map(({ what, picture, text, short }) => el("button", {
      "aria-label": `${text}: ${frame.name}`, "data-told": `${text} (${KEYS[what]})`, "data-short": short,
      click: () => this.act(what, frame),
    }, icon(picture))));
  }

  /** @param {HTMLElement} cell @param {Frame} frame */
  listen(cell, frame) {
    let had = true; // the focus, before it was pressed
    cell.addEventListener("pointerdown", (event) => {
      had = event.pointerType === "mouse" || this.held() === frame.photo;
    });
    cell.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("button")) return;
      cell.focus();
      if (had) this.viewer.open(this.at(frame.photo)); // a finger's first touch shows the tools
    });
    cell.addEventListener("keydown", (event) => {
      if (event.target === cell) this.key(event, frame);
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
      const from = this.order[this.at(event.dataTransfer?.getData("text/photorank") ?? "")];
      if (!from || from === frame) return;
      const forward = this.at(from.photo) < this.at(frame.photo);
      const after = this.order[this.at(frame.photo) + 1];
      this.act("move", from, forward ? after?.photo ?? null : frame.photo);
    });
  }

  /** @param {KeyboardEvent} event @param {Frame} frame */
  key(event, frame) {
    /** @type {Record<string, string>} */
    const moves = { ArrowLeft: "earlier", ArrowRight: "later" };
    /** @type {Record<string, string>} */
    const marked = {
      p: frame.pinned ? "free" : "pin", x: "leave out", a: frame.alone ? "together" : "alone",
      Enter: "open", " ": "open",
    };
    const what = event.altKey ? moves[event.key] : !event.ctrlKey && !event.metaKey && marked[event.key];
    if (!what) return;
    event.preventDefault();
    event.stopPropagation();
    if (what === "open") this.viewer.open(this.at(frame.photo));
    else this.act(what, frame);
  }

  end() {
    if (this.viewer.node.open) this.viewer.uncover();
  }
}
