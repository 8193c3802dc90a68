/** Two photos side by side in the page, that are zoomed and moved together. */

import { el, scrollerOf } from "./dom.js";
import { absolute, urlsOf } from "./order.js";
import { twoStages } from "./stage.js";
import { FITTED, pairHeight } from "./zoom.js";

/** @typedef {import("./types").Component} Component */

const GAP_PX = 8; // between the photos, and above the button
const BELOW_PX = 92; // that stay free: what stands below the photos is seen as well
const BELOW_STACKED_PX = 180; // so that the verdict below them is seen
const ANSWER_PX = 190; // height of the answer, where it stands below the photos
const SIDE = [240, 0.24, 368]; // width of the answer beside them: at least, of the window, at most
const SIDE_GAP_PX = 32;
const BELOW = "photorank-below"; // class of the page while the answer stands below the photos
const LEAST_PX = 240;
const STACKED_PX = 600; // width of a window in which one photo is above the other

export class Pair {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.stages = twoStages();
    this.zoom = el("button", {
      class: "pill zoom", text: "100 %", title: "Both photos’ own pixels (Z)",
      click: () => this.stages[0].toggle(),
    });
    this.node = el("section", {
      class: "pair", tabindex: "0", "aria-label": "Two photos that are zoomed together",
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    }, el("div", { class: "stages" }, this.stages[0].node, this.stages[1].node), this.zoom);
    root.append(this.node);
    this.was = "";
    /** @type {Component["data"]["pair"]} */
    this.pair = [];
    const host = /** @type {ShadowRoot} */ (root.getRootNode()).host ?? root;
    this.scroller = scrollerOf(host);
    this.around = host.closest("[data-testid=stHorizontalBlock]"); // that holds photos and answer
    for (const stage of this.stages) stage.img.addEventListener("load", () => this.fit());
    this.leave = new AbortController();
    addEventListener("resize", () => this.fit(), { signal: this.leave.signal });
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(root);
  }

  /** As high as the photos need, and at most what the window has. */
  fit() {
    const seen = this.stages.slice(0, this.pair?.length);
    const top = this.node.getBoundingClientRect().top + this.scroller.scrollTop;
    const stacked = innerWidth <= STACKED_PX;
    const room = Math.max(LEAST_PX, innerHeight - top - (stacked ? BELOW_STACKED_PX : BELOW_PX));
    if (!seen.every((one) => one.img.naturalWidth)) return void (this.node.style.height = `${room}px`);
    const natural = seen.map((one) => one.natural());
    const high = (/** @type {number} */ width, /** @type {number} */ most) =>
      Math.min(most, pairHeight(natural, width, GAP_PX, stacked) + GAP_PX + this.zoom.offsetHeight);
    if (!this.around || stacked) return void (this.node.style.height = `${high(this.node.clientWidth, room)}px`);
    const [least, share, most] = SIDE, whole = this.around.clientWidth;
    const side = Math.min(most, Math.max(least, share * innerWidth)) + SIDE_GAP_PX;
    const beside = high(whole - side, room), above = high(whole, room - ANSWER_PX);
    document.body.classList.toggle(BELOW, above > beside);
    this.node.style.height = `${Math.max(above, beside)}px`;
  }

  /** @param {Component} component */
  update({ data }) {
    const pair = data.pair ?? [], base = absolute(data.base);
    this.pair = pair;
    this.fit();
    const now = JSON.stringify([base, pair]);
    if (now === this.was) return;
    this.was = now;
    this.node.classList.toggle("two", pair.length > 1);
    pair.forEach(([index, token, name], i) => {
      this.stages[i].set(FITTED);
      this.stages[i].show(urlsOf(base, index, token), name);
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key.toLowerCase() !== "z" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.stages[0].toggle();
  }

  end() {
    document.body.classList.remove(BELOW);
    this.leave.abort();
    this.watch.disconnect();
  }
}
