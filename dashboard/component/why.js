/** Why a photo stands where it stands: fetched, and told beside it while its parts are coloured. */

import { el } from "./dom.js";
import { urlsOf } from "./order.js";

/** @typedef {import("./types").Shown} Shown */
/** @typedef {import("./types").Told} Told */

const REST_MS = 250; // for which a photo is looked at before anything is asked of it
const READY_MS = 1000; // after the viewer has opened, when its pictures have come

export class Why {
  /** @param {(told: Told | null) => void} came @param {(other: Shown) => void} beside */
  constructor(came, beside) {
    this.came = came;
    this.beside = beside;
    this.node = el("div", {
      class: "about why", role: "region", "aria-label": "Why it stands where it stands",
      "aria-live": "polite", tabindex: "0",
    });
    this.node.hidden = true;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined;
    this.asked = "";
    this.ready = false;
  }

  /** Ask once before anybody does: the first answer waits seconds for the encoder to load.
   * @param {string} at */
  prepare(at) {
    if (this.ready) return;
    this.ready = true;
    setTimeout(() => this.fetch(at), READY_MS);
  }

  hide() {
    this.node.hidden = true;
    this.asked = "";
    clearTimeout(this.rest);
    this.came(null);
  }

  /** Ask of a photo, and tell what comes. @param {string} at @param {string} base @param {Shown} photo
   * @param {Node | null} more */
  show(at, base, photo, more) {
    if (this.asked === at && !this.node.hidden) return;
    this.asked = at;
    this.node.hidden = false;
    this.came(null);
    this.say([el("p", { text: "Looking where it comes from …" })]);
    clearTimeout(this.rest);
    this.rest = setTimeout(async () => {
      const told = await this.fetch(at);
      if (this.asked !== at) return;
      this.say("headline" in told ? this.lines(told, base, photo, more) : [el("p", { text: told.problem })]);
      this.came("headline" in told ? told : null);
    }, REST_MS);
  }

  /** @param {string} at @returns {Promise<Told | {problem: string}>} */
  async fetch(at) {
    try {
      const answer = await fetch(at);
      return answer.ok ? await answer.json() : { problem: "Nothing can be told of it." };
    } catch {
      return { problem: "The dashboard does not answer." };
    }
  }

  /** @param {Node[]} nodes */
  say(nodes) {
    this.node.replaceChildren(...nodes);
  }

  /** @param {Told} told @param {string} base @param {Shown} photo @param {Node | null} more */
  lines(told, base, [index], more) {
    const movers = (/** @type {string} */ title, /** @type {string[]} */ texts) => texts.length
      ? [el("h3", { text: title }), el("ul", {}, ...texts.map((text) => el("li", { text })))] : [];
    const better = told.better.map(({ photo, name, said }) => el("button", {
      title: `${name}: side by side`, "aria-label": `${name}, ${said}: side by side`,
      click: () => this.beside([index, photo, name]),
    }, el("img", { src: urlsOf(base, index, photo).small, alt: "" }), el("span", { text: said })));
    return [
      el("p", { class: "first", text: told.headline }),
      ...(told.here ? [el("p", { text: told.here })] : []),
      el("p", { text: told.reading }),
      ...movers("Lifts it, beside most photos", told.lifts),
      ...movers("Lowers it, beside most photos", told.lowers),
      ...(told.note ? [el("p", { class: "small", text: told.note })] : []),
      ...(better.length
        ? [el("h3", { text: "Like it, and better" }), el("div", { class: "better" }, ...better)] : []),
      ...(more ? [more] : []),
    ];
  }
}
