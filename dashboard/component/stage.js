/** A photo that is fitted or seen at its own pixels, dragged, wheeled and pinched. */

import { el } from "./dom.js";
import { FITTED, kept, placed, zoomed } from "./zoom.js";

/** @typedef {import("./types").Urls} Urls */
/** @typedef {import("./types").View} View */

const STILL_PX = 5; // a press that moves no further is a click
const SWIPE_PX = 60;

class Stage {
  /** @param {(view: View) => void} moved tells all stages that move together */
  constructor(moved) {
    this.moved = moved;
    this.img = el("img", { draggable: "false", alt: "", load: () => this.paint() });
    this.boxes = el("div", { class: "boxes" });
    this.colours = el("img", { class: "colours", draggable: "false", alt: "" });
    this.colours.hidden = true;
    this.node = el("div", { class: "stage" }, this.img, this.colours, this.boxes);
    this.view = FITTED;
    /** @type {Urls | null} */
    this.urls = null;
    this.whole = false; // whether the photo's own pixels are there
    this.zooms = true; // at a click
    /** @type {(() => void) | null} */
    this.picked = null;
    /** @type {((step: number) => void) | null} */
    this.swiped = null;
    /** @type {Map<number, PointerEvent>} */
    this.fingers = new Map();
    this.listen();
    new ResizeObserver(() => this.paint()).observe(this.node);
  }

  listen() {
    /** @type {{x: number, y: number, view: View, far: boolean} | null} */
    let from = null;
    const node = this.node;
    node.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.fingers.set(event.pointerId, event);
      node.setPointerCapture(event.pointerId);
      from = { x: event.clientX, y: event.clientY, view: this.view, far: this.fingers.size > 1 };
    });
    node.addEventListener("pointermove", (event) => {
      const before = this.fingers.get(event.pointerId);
      if (!before || !from) return;
      if (this.fingers.size === 2) this.pinch(event, before);
      this.fingers.set(event.pointerId, event);
      const right = event.clientX - from.x, down = event.clientY - from.y;
      from.far ||= Math.abs(right) + Math.abs(down) > STILL_PX;
      if (this.fingers.size > 1 || !from.view.zoom || !from.far) return;
      const { width, height } = this.place();
      const { zoom, x, y } = from.view;
      this.moved(kept({ zoom, x: x - right / width, y: y - down / height }));
    });
    const ended = (/** @type {PointerEvent} */ event) => {
      this.fingers.delete(event.pointerId);
      if (!from || event.type === "pointercancel") return;
      const right = event.clientX - from.x;
      if (!from.view.zoom && this.swiped && Math.abs(right) > SWIPE_PX) this.swiped(right < 0 ? 1 : -1);
      else if (!from.far && this.zooms) this.toggle(event);
      else if (!from.far) this.picked?.();
      from = null;
    };
    node.addEventListener("pointerup", ended);
    node.addEventListener("pointercancel", ended);
    node.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !this.view.zoom) return; // the page scrolls
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY / 400), event);
    }, { passive: false });
  }

  /** @param {PointerEvent} event @param {PointerEvent} before */
  pinch(event, before) {
    const other = [...this.fingers.values()].find((one) => one.pointerId !== event.pointerId);
    if (!other) return;
    const span = (/** @type {PointerEvent} */ one) =>
      Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (span(before) > 0) this.zoomBy(span(event) / span(before), event);
  }

  /** @param {number} factor @param {{clientX: number, clientY: number}} at */
  zoomBy(factor, at) {
    const from = this.view.zoom ? this.view : { ...this.view, ...this.point(at) };
    this.moved(kept(zoomed(from, factor, this.natural(), this.frame(), devicePixelRatio)));
  }

  /** Point of the photo that lies under a point of the page.
   * @param {{clientX: number, clientY: number}} at */
  point(at) {
    const box = this.img.getBoundingClientRect();
    return { x: (at.clientX - box.left) / box.width, y: (at.clientY - box.top) / box.height };
  }

  /** Own pixels, or all of it again. @param {{clientX: number, clientY: number}} [at] */
  toggle(at) {
    this.moved(this.view.zoom ? FITTED : kept({ ...this.view, ...(at && this.point(at)), zoom: 1 }));
  }

  /** @param {View} view */
  set(view) {
    this.view = view;
    if (view.zoom) this.fetchWhole();
    this.paint();
  }

  /** Show a photo: its thumbnail at once, then a large picture.
   * @param {Urls} urls @param {string} name */
  show(urls, name) {
    this.urls = urls;
    this.whole = false;
    this.img.alt = name;
    this.boxes.replaceChildren();
    this.colour("");
    this.img.src = urls.small;
    this.better(urls, urls.large);
    if (this.view.zoom) this.fetchWhole();
    this.paint();
  }

  /** @param {Urls} urls @param {string} at */
  async better(urls, at) {
    const picture = new Image();
    picture.src = at;
    try {
      await picture.decode();
    } catch {
      return false; // the smaller one stays
    }
    if (this.urls !== urls || (this.whole && at !== urls.full)) return false;
    this.img.src = at;
    return true;
  }

  async fetchWhole() {
    const urls = this.urls;
    if (!urls || this.whole) return;
    this.node.classList.add("waiting");
    if (await this.better(urls, urls.full)) this.whole = true;
    if (this.urls === urls) this.node.classList.remove("waiting");
    this.paint();
  }

  /** @param {[number, number, number, number][]} faces in widths and heights of the photo */
  mark(faces) {
    this.boxes.replaceChildren(...faces.map(([left, top, right, bottom]) => {
      const box = el("i", {});
      const percent = (/** @type {number} */ share) => `${100 * share}%`;
      Object.assign(box.style, {
        left: percent(left), top: percent(top),
        width: percent(right - left), height: percent(bottom - top),
      });
      return box;
    }));
  }

  /** Lay a picture of the same photo over it; "" takes it away. @param {string} src */
  colour(src) {
    this.colours.hidden = !src;
    if (src) this.colours.src = src;
  }

  /** @returns {[number, number]} */
  natural() {
    return [this.img.naturalWidth || 3, this.img.naturalHeight || 2];
  }

  /** @returns {[number, number]} */
  frame() {
    return [this.node.clientWidth, this.node.clientHeight];
  }

  /** Until the photo's own pixels are there it stays fitted. */
  place() {
    const view = this.whole ? this.view : FITTED;
    const [width, height] = this.natural(), frame = this.frame();
    if (this.whole || this.img.src.endsWith("/full")) {
      return placed(view, [width, height], frame, devicePixelRatio);
    }
    const grown = 1e4 / Math.max(width, height); // a preview fills the frame as the photo will
    return placed(view, [width * grown, height * grown], frame, devicePixelRatio);
  }

  paint() {
    const { width, height, left, top } = this.place();
    for (const node of [this.img, this.colours, this.boxes]) {
      node.style.width = `${width}px`;
      node.style.height = `${height}px`;
      node.style.transform = `translate(${left}px, ${top}px)`;
    }
    this.node.classList.toggle("zoomed", this.view.zoom > 0);
  }
}

/** Two stages that move together. */
export function twoStages() {
  const move = (/** @type {View} */ view) => {
    for (const stage of stages) stage.set(view);
  };
  const stages = [new Stage(move), new Stage(move)];
  return stages;
}
