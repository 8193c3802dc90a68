/** Two photos side by side in the page, that are zoomed and moved together. */

import { el } from "./dom.js";
import { absolute, urlsOf } from "./order.js";
import { Stage } from "./stage.js";
import { FITTED } from "./zoom.js";

/** @typedef {import("./types").Component} Component */

export class Pair {
  /** @param {HTMLElement} root */
  constructor(root) {
    const move = (/** @type {import("./types").View} */ view) => {
      for (const stage of this.stages) stage.set(view);
    };
    this.stages = [new Stage(move), new Stage(move)];
    this.zoom = el("button", {
      type: "button", class: "pill", text: "100 %", title: "Both photos’ own pixels (Z)",
      click: () => this.stages[0].toggle(),
    });
    this.node = el("section", {
      class: "pair", tabindex: "0", "aria-label": "Two photos that are zoomed together",
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    }, el("div", { class: "stages two" }, this.stages[0].node, this.stages[1].node), this.zoom);
    root.append(this.node);
    this.was = "";
  }

  /** @param {Component} component */
  update({ data }) {
    const pair = data.pair ?? [], base = absolute(data.base);
    this.node.style.height = `${data.height ?? 480}px`;
    const now = JSON.stringify([base, pair]);
    if (now === this.was) return;
    this.was = now;
    this.node.classList.toggle("one", pair.length < 2);
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

  end() {}
}
