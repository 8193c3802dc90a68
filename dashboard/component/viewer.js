/** One photo over the whole window, or two side by side: a dialog, above everything else. */

import { el, tool } from "./dom.js";
import { Help, isUndo, markOf, viewerAction } from "./keys.js";
import { urlsOf } from "./order.js";
import { twoStages } from "./stage.js";
import { Why } from "./why.js";
import { FITTED } from "./zoom.js";

/** @typedef {import("./types").Shown} Shown */
/**
 * @typedef {object} Album what the viewer looks through
 * @property {string} base
 * @property {number} n
 * @property {(place: number) => Shown} photo
 * @property {(place: number) => string} better
 * @property {import("./marks.js").Marks | null} marks
 * @property {(tokens: string[], mark: "flag" | "stars", value: number) => void} mark
 * @property {() => string} undo says what was done
 * @property {(place: number) => void} closed
 * @property {((token: string) => string) | null} why address that tells why a photo is where it is
 * @property {((token: string) => void) | null} page leads to the photo's own page
 * @property {(tokens: string[]) => void} versus leads to the page Compare
 */

const FILM = 12; // neighbours on each side
const COVERED = "photorank-covered"; // class of the whole page while the viewer is above it

export class Viewer {
  /** @param {Album} album @param {Node} root */
  constructor(album, root) {
    this.album = album;
    this.place = 0;
    /** @type {Shown} */
    this.photo = ["", "", ""]; // at that place, until there is another order
    /** @type {Shown[] | null} */
    this.pair = null;
    this.returns = false; // from the pair to the photo
    this.other = -1; // place of the photo beside it, which another can take; -1 where it stays
    this.faces = false;
    this.stages = twoStages();
    for (const stage of this.stages) stage.swiped = (step) => this.step(step);
    this.title = el("b", {});
    this.name = el("span", { class: "name" });
    this.count = el("span", { class: "count" });
    this.stars = [1, 2, 3, 4, 5].map((n) =>
      tool("star", `${n} star${n > 1 ? "s" : ""} (${n})`, () => this.mark("stars", n), "st"));
    this.pin = tool("pin", "Always keep (P)", () => this.mark("flag", 1), "pin");
    this.ban = tool("ban", "Leave out (X)", () => this.mark("flag", -1), "ban");
    this.marking = el("span", { class: "marking" },
      el("span", { class: "starbox", role: "group", "aria-label": "Stars" }, ...this.stars),
      this.pin, this.ban);
    const button = (/** @type {string} */ text, /** @type {string} */ title, /** @type {() => void} */ click) =>
      el("button", { class: "pill", text, title, click });
    this.zoom = button("100 %", "The photo’s own pixels (Z)", () => this.stages[0].toggle());
    this.zoom.classList.add("zoom");
    this.facts = button("Info", "When and how it was taken (I)", () => this.toggleFacts());
    this.beside = button("Compare", "Beside another photo (C)", () => this.besideAnother());
    this.which = button("Which is better?", "On the page Compare", () => {
      this.album.versus((this.pair ?? []).map((one) => one[1]));
    });
    this.why = button("Why?", "Why it stands where it stands (W)", () => this.toggleWhy());
    this.reasons = new Why((told) => this.stages[0].colour(told?.heat ?? ""), (other) => {
      this.compare([this.shown(), other], true);
    });
    this.help = new Help(root);
    this.keys = button("?", "Keys (?)", () => this.help.open());
    this.keys.classList.add("keys");
    this.close = tool("close", "Close (Esc)", () => this.end());
    this.film = el("div", { class: "film", role: "group", "aria-label": "Neighbours", tabindex: "0" });
    this.about = el("div", { class: "about", role: "region", "aria-label": "About this photo" });
    this.about.hidden = true;
    this.live = el("div", { class: "told", role: "status" });
    this.node = el("dialog", { class: "viewer", "aria-label": "Photo" },
      el("div", { class: "top" }, el("div", { class: "title" }, this.title, this.name), this.count,
        el("span", { class: "grow" }), this.marking, this.which, this.beside, this.why, this.facts, this.zoom, this.keys, this.close),
      el("div", { class: "stages" }, this.stages[0].node, this.stages[1].node,
        tool("left", "Previous (←)", () => this.step(-1), "nav prev"),
        tool("right", "Next (→)", () => this.step(1), "nav next"), this.about, this.reasons.node, this.live),
      this.film);
    this.node.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.end();
    });
    this.node.addEventListener("keydown", (event) => this.key(event));
    root.appendChild(this.node);
  }

  /** @param {number} place */
  open(place) {
    this.pair = null;
    this.begin();
    this.show(place);
    if (this.album.why) this.reasons.prepare(this.album.why(this.shown()[1]));
  }

  /** Show two photos that move together. @param {Shown[]} pair @param {boolean} returns */
  compare(pair, returns = false) {
    this.hideAll();
    this.pair = pair;
    this.returns = returns;
    this.other = -1;
    this.begin();
    this.showPair();
  }

  showPair() {
    /** @type {Shown[]} */
    const pair = this.pair ?? [];
    pair.forEach((one, i) => this.stages[i].show(this.urls(one), one[2]));
    this.title.textContent = pair.map((one) => one[2]).join("  ·  ");
    this.name.textContent = "";
    this.count.textContent = this.other < 0 ? "zoom moves both" : "← → another beside it";
    this.paint();
  }

  /** This photo beside one of those around it: arrows and the film change which. */
  besideAnother() {
    const { place } = this, { n } = this.album;
    if (this.pair || n < 2) return;
    this.compare([this.shown(), this.album.photo(place)], true);
    this.exchange(place + 1 < n ? place + 1 : place - 1);
    this.node.classList.add("choosing");
  }

  /** Another photo beside this one. @param {number} place */
  exchange(place) {
    if (place < 0 || place >= this.album.n || !this.pair) return;
    this.other = place;
    this.pair = [this.pair[0], this.album.photo(place)];
    this.showPair();
    this.strip(place);
  }

  begin() {
    this.node.classList.toggle("two", this.pair !== null);
    this.node.classList.remove("choosing");
    this.beside.hidden = this.album.n < 2 || this.pair !== null;
    this.which.hidden = this.pair === null;
    this.marking.hidden = !this.album.marks || this.pair !== null;
    this.why.hidden = !this.album.why || this.pair !== null;
    this.facts.hidden = this.pair !== null;
    for (const stage of this.stages) stage.set(FITTED);
    if (!this.node.open) this.node.showModal();
    document.body.classList.add(COVERED);
    this.close.focus();
  }

  end() {
    if (this.pair && this.returns) {
      this.open(this.place);
      return;
    }
    this.hideAll();
    this.uncover();
    this.node.close();
    this.album.closed(this.place);
  }

  /** Show the page again. */
  uncover() {
    document.body.classList.remove(COVERED);
  }

  /** @returns {Shown} */
  shown() {
    return this.pair ? this.pair[0] : this.photo;
  }

  /** @param {Shown} one */
  urls(one) {
    return urlsOf(this.album.base, one[0], one[1]);
  }

  /** @param {number} step */
  step(step) {
    if (!this.pair) this.show(Math.max(0, Math.min(this.album.n - 1, this.place + step)));
    else if (this.other >= 0) this.exchange(this.other + step * (this.other + step === this.place ? 2 : 1));
  }

  /** @param {number} place */
  show(place) {
    this.place = place;
    const photo = this.photo = this.album.photo(place);
    this.stages[0].show(this.urls(photo), photo[2]);
    this.live.textContent = "";
    this.words();
    this.strip();
    for (const next of [place + 1, place + 2, place - 1]) {
      if (next >= 0 && next < this.album.n) new Image().src = this.urls(this.album.photo(next)).large;
    }
    if (!this.about.hidden || this.faces) this.tell();
    if (!this.reasons.node.hidden) this.tellWhy();
    this.paint();
  }

  /** The album has another order. @param {number} place of the photo there, -1 without it */
  follow(place) {
    if (!this.node.open) return;
    if (place >= 0) this.place = place;
    if (this.pair) return;
    if (!this.album.n) this.end();
    else if (place < 0) this.show(Math.min(this.place, this.album.n - 1));
    else {
      this.words();
      this.strip();
    }
  }

  /** Words of the photo, which may come after it. */
  words() {
    if (this.pair) return;
    const now = this.album.photo(this.place);
    if (now[1] !== this.photo[1]) return; // another order is on its way
    this.photo = now;
    const name = now[2];
    this.title.textContent = this.album.better(this.place);
    this.name.textContent = name;
    this.stages[0].img.alt = name;
    this.count.textContent = `${(this.place + 1).toLocaleString()} of ${this.album.n.toLocaleString()}`;
  }

  /** Photos around a place, which is in the middle. @param {number} [place] */
  strip(place = this.place) {
    const from = Math.max(0, Math.min(place - FILM, this.album.n - 2 * FILM - 1));
    const cells = [];
    for (let i = from; i < Math.min(this.album.n, from + 2 * FILM + 1); i++) {
      const photo = this.album.photo(i);
      const cell = el("button", {
        tabindex: "-1", "aria-label": photo[2] || `photo ${i + 1}`,
        "aria-current": i === place ? "true" : null, click: () => (this.pair ? this.exchange(i) : this.show(i)),
      }, el("img", { src: this.urls(photo).small, alt: "" }));
      cells.push(cell);
    }
    this.film.replaceChildren(...cells);
    const now = this.film.querySelector("[aria-current]");
    now?.scrollIntoView({ inline: "center", block: "nearest" });
  }

  /** @param {"flag" | "stars"} mark @param {number} value */
  mark(mark, value) {
    if (!this.pair && this.album.marks) this.album.mark([this.shown()[1]], mark, value);
  }

  paint() {
    if (!this.node.open || this.pair || !this.album.marks) return;
    const [flag, stars] = this.album.marks.of(this.shown()[1]);
    const press = (/** @type {HTMLElement} */ node, /** @type {boolean} */ on) => {
      node.classList.toggle("on", on);
      node.setAttribute("aria-pressed", String(on));
    };
    press(this.pin, flag === 1);
    press(this.ban, flag === -1);
    this.stars.forEach((star, i) => press(star, i < stars));
  }

  hideAll() {
    this.faces = false;
    this.stages[0].mark([]);
    this.live.textContent = "";
    if (!this.about.hidden) this.toggleFacts();
    if (!this.reasons.node.hidden) this.toggleWhy();
  }

  toggleFacts() {
    if (this.pair) return;
    this.about.hidden = !this.about.hidden;
    this.facts.setAttribute("aria-expanded", String(!this.about.hidden));
    if (this.about.hidden) return;
    if (!this.reasons.node.hidden) this.toggleWhy(); // they would cover each other
    this.tell();
  }

  toggleWhy() {
    if (this.pair || !this.album.why) return;
    const shows = this.reasons.node.hidden;
    this.why.setAttribute("aria-expanded", String(shows));
    if (shows && !this.about.hidden) this.toggleFacts();
    if (shows) this.tellWhy();
    else this.reasons.hide();
  }

  tellWhy() {
    const { why, page, base } = this.album, photo = this.shown();
    if (!why) return;
    const more = page && el("button", {
      class: "pill", text: "More on its own page", click: () => page(photo[1]),
    });
    this.reasons.show(why(photo[1]), base, photo, more);
  }

  toggleFaces() {
    if (this.pair) return;
    this.faces = !this.faces;
    if (this.faces) return void this.tell();
    this.stages[0].mark([]);
    this.live.textContent = "";
  }

  async tell() {
    const [index, token] = this.shown();
    const at = `${this.album.base}/facts/${encodeURIComponent(index)}/${token}`;
    let facts = { name: "", lines: ["Nothing is known of it."], faces: [], faces_text: "" };
    try {
      const answer = await fetch(at);
      if (answer.ok) facts = await answer.json();
    } catch {
      facts.lines = ["The dashboard does not answer."];
    }
    if (this.pair || token !== this.shown()[1]) return;
    const lines = [facts.name, ...facts.lines, facts.faces_text].filter(Boolean);
    this.about.replaceChildren(...lines.map((text) => el("p", { text })));
    if (!this.faces) return;
    this.stages[0].mark(facts.faces);
    this.live.textContent = facts.faces_text || facts.lines[0];
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation(); // Streamlit has keys of its own, and the grid below has the same
    const given = this.pair ? null : markOf(event), what = viewerAction(event);
    const onButton = event.target instanceof HTMLButtonElement && event.target !== this.close;
    if (isUndo(event)) this.live.textContent = this.album.undo();
    else if (given) this.mark(given.mark, given.value);
    else if (what === "next") this.step(1);
    else if (what === "previous") this.step(-1);
    else if (what === "first") this.step(-this.album.n);
    else if (what === "last") this.step(this.album.n);
    else if (what === "zoom") this.stages[0].toggle();
    else if (what === "faces") this.toggleFaces();
    else if (what === "facts") this.toggleFacts();
    else if (what === "why") this.toggleWhy();
    else if (what === "compare") this.besideAnother();
    else if (what === "keys") this.help.open();
    else if (what === "close" && !(onButton && event.key === " ")) this.end();
    else return;
    event.preventDefault();
  }
}
