/** Which of two: the pairs wait in a queue, so that keys may come as fast as they are pressed. */

import { el, isTyped, scrollerOf } from "./dom.js";
import { choiceAction } from "./keys.js";
import { absolute, urlsOf } from "./order.js";
import { Outbox, reloadForNewServer } from "./outbox.js";
import { twoStages } from "./stage.js";
import { FITTED } from "./zoom.js";

/** @typedef {import("./types").Component} Component */
/** @typedef {import("./types").Shown} Shown */
/** @typedef {[Shown, Shown, string]} Asked */

const SEEN_MS = 60; // a pair that is there for less was not looked at: the key was pressed twice
const REST_MS = 60;
const AHEAD = 3; // pairs whose pictures are fetched
const LEAST_PX = 300;
const BELOW_PX = 36; // that Streamlit keeps free below a page

/** @type {Record<string, string>} */
const STACKED = { Left: "Upper", Right: "Lower" }; // where one photo is above the other
const SIDES = ["first", "second"]; // left and right, or upper and lower

/** @param {Asked} pair */
const nameOf = (pair) => [pair[0][1], pair[1][1]].sort().join();

export class Choice {
  /** @param {HTMLElement} root @param {Component} component @param {string} key */
  constructor(root, component, key) {
    this.component = component;
    this.data = component.data;
    this.outbox = new Outbox(key, sessionStorage, REST_MS, () => {
      reloadForNewServer(this.data.modules);
    });
    /** @type {Asked[]} */
    this.queue = [];
    /** @type {Asked[]} */
    this.past = [];
    /** @type {Set<string>} */
    this.answered = new Set();
    /** @type {Asked | null} */
    this.pair = null;
    this.since = 0;
    this.again = "";
    this.base = "";
    this.stages = twoStages();
    this.stages.forEach((stage, i) => {
      stage.zooms = false;
      stage.picked = () => this.answer(i ? "second" : "first");
    });
    this.question = el("h2", {});
    this.said = el("span", { class: "n" });
    this.live = el("div", { class: "sr", "aria-live": "polite" });
    const button = (/** @type {string} */ text, /** @type {string} */ hint, /** @type {string} */ what, kind = "") =>
      el("button", { class: `ans ${kind}`, click: () => this.act(what) },
        el("span", { class: "beside", text }), el("span", { class: "above", text: STACKED[text] ?? text }),
        el("kbd", { text: hint, "aria-hidden": "true" }));
    this.strips = [this.strip("Before"), this.strip("Now")];
    this.node = el("section", { class: "choice two", "aria-label": "Two photos to choose from" },
      el("div", { class: "stages" }, this.stages[0].node, this.stages[1].node),
      el("div", { class: "asked" }, this.question,
        el("div", { class: "answers" },
          button("Left", "←", "first", "main"), button("Same", "↓", "tie"),
          button("Right", "→", "second", "main"), button("Skip", "S", "skip", "quiet"),
          button("Undo", "U", "undo", "quiet"), button("Zoom both", "Z", "zoom", "quiet")),
        this.said),
      el("div", { class: "best" }, ...this.strips.map((one) => one.node)), this.live);
    root.append(this.node);
    this.scroller = scrollerOf(root);
    this.leave = new AbortController();
    const signal = this.leave.signal;
    addEventListener("resize", () => this.fit(), { signal });
    addEventListener("pagehide", () => this.outbox.flush(), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
  }

  /** A pair whose answer was taken back by a page that had not seen it.
   * @param {Asked | null | undefined} pair */
  askAgain(pair) {
    if (!pair || nameOf(pair) === this.again) return;
    this.again = nameOf(pair);
    this.queue = this.queue.filter((one) => nameOf(one) !== this.again);
    if (this.pair) this.queue.unshift(this.pair);
    this.queue.unshift(pair);
    this.answered.delete(this.again);
    this.pair = null;
  }

  /** @param {string} text */
  strip(text) {
    const photos = el("div", {});
    return { photos, node: el("div", { class: "strip" }, el("span", { text }), photos) };
  }

  /** @param {Component} component */
  update(component) {
    this.component = component;
    this.data = component.data;
    this.base = absolute(this.data.base);
    this.outbox.connect((value) => this.component.setStateValue("outbox", value), this.data.acked);
    this.take(this.data.pairs ?? []);
    this.askAgain(this.data.again);
    this.draw(this.strips[0].photos, this.data.before ?? [], null);
    this.draw(this.strips[1].photos, this.data.now ?? [], this.data.before ?? []);
    this.question.textContent = this.data.question ?? "";
    this.fit();
    if (!this.pair) this.next();
    this.tell();
  }

  /** New pairs at the end of the queue; those that are answered or there already are left out.
   * @param {Asked[]} pairs */
  take(pairs) {
    const known = new Set([...this.answered, ...this.queue.map(nameOf)]);
    if (this.pair) known.add(nameOf(this.pair));
    for (const pair of pairs) if (!known.has(nameOf(pair))) this.queue.push(pair);
  }

  /** @param {HTMLElement} node @param {Shown[]} photos @param {Shown[] | null} before */
  draw(node, photos, before) {
    const had = before && new Set(before.map((one) => one[1]));
    node.replaceChildren(...photos.map(([index, token, name]) => el("img", {
      src: urlsOf(this.base, index, token).small, alt: name, title: name,
      class: had && !had.has(token) ? "new" : "",
    })));
  }

  next() {
    this.pair = this.queue.shift() ?? null;
    this.node.classList.toggle("empty", !this.pair);
    if (!this.pair) return;
    this.since = performance.now();
    for (const stage of this.stages) stage.set(FITTED);
    this.stages.forEach((stage, i) => {
      const [index, token, name] = /** @type {Asked} */ (this.pair)[i];
      stage.show(urlsOf(this.base, index, token), `${SIDES[i]}: ${name}`);
    });
    for (const pair of this.queue.slice(0, AHEAD)) {
      for (const one of [pair[0], pair[1]]) {
        const urls = urlsOf(this.base, one[0], one[1]);
        new Image().src = urls.small;
        new Image().src = urls.large;
      }
    }
  }

  /** @param {string} what */
  act(what) {
    if (what === "undo") this.undo();
    else if (what === "zoom") this.stages[0].toggle();
    else this.answer(what);
  }

  /** @param {string} what */
  answer(what) {
    const pair = this.pair;
    if (!pair || performance.now() - this.since < SEEN_MS) return;
    this.past.push(pair);
    this.answered.add(nameOf(pair));
    this.outbox.put({ what, pair: [pair[0][1], pair[1][1]], asked: pair[2] });
    this.flash(what);
    this.next();
    this.tell();
  }

  /** @param {string} what */
  flash(what) {
    this.stages.forEach((stage, i) => {
      const won = what === "tie" || what === (i ? "second" : "first");
      if (won) stage.node.animate([{ boxShadow: "inset 0 0 0 5px var(--accent)" }, {}], 350);
    });
  }

  undo() {
    const pair = this.past.pop();
    this.outbox.put({ what: "undo", pair: pair ? [pair[0][1], pair[1][1]] : null });
    if (pair) {
      if (this.pair) this.queue.unshift(this.pair);
      this.queue.unshift(pair);
      this.answered.delete(nameOf(pair));
      this.next();
    }
    this.tell();
    this.live.textContent = "taken back";
  }

  tell() {
    this.said.textContent = this.pair ? (this.data.said ?? "") : this.data.pairs?.length
      ? "The next pair is on its way." : "You have seen every pair there is.";
  }

  /** As high as what the window has left below it. */
  fit() {
    const top = this.node.getBoundingClientRect().top + this.scroller.scrollTop;
    this.node.style.height = `${Math.max(LEAST_PX, innerHeight - top - BELOW_PX)}px`;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const what = choiceAction(event);
    if (!what || !this.node.isConnected || isTyped(event)) return;
    if (event.target instanceof Element && event.target.closest("[role=dialog], [role=radiogroup]")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.act(what); // a key that is held would answer pairs that nobody saw
  }

  end() {
    this.outbox.flush();
    this.leave.abort();
  }
}
