/** The list of keys, in a window of its own above whatever is there. */

import { el, tool } from "./dom.js";
import { TOLD } from "./keys.js";

export class Help {
  /** @param {Node} root */
  constructor(root) {
    const title = (/** @type {string} */ text) => el("h3", { text });
    const line = (/** @type {[string, string]} */ [keys, text]) =>
      el("div", {}, el("dt", {}, el("kbd", { text: keys })), el("dd", { text }));
    this.node = el("dialog", { class: "help", "aria-label": "Keys" },
      tool("close", "Close (Esc)", () => this.node.close(), "shut"),
      ...TOLD.map(([text, lines]) => el("section", {}, title(text), el("dl", {}, ...lines.map(line)))));
    this.node.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "?") this.node.close();
    });
    this.node.addEventListener("click", (event) => {
      if (event.target === this.node) this.node.close(); // beside it
    });
    root.appendChild(this.node);
  }

  open() {
    this.node.showModal();
  }
}
