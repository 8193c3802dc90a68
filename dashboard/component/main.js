/** Entry of the component: one view for each place in a page, kept from one run to the next. */

import { Choice } from "./choice.js";
import { Grid } from "./grid.js";
import { Pair } from "./pair.js";
import { Spreads } from "./spreads.js";

/** @typedef {import("./types").Component} Component */

const VIEWS = { grid: Grid, pair: Pair, choice: Choice, spreads: Spreads };
/** @type {WeakMap<Node, Grid | Pair | Choice | Spreads>} */
const live = new WeakMap();

/** Draw what Python passed; returns what is to be done when the place is gone.
 * @param {Component} component @param {string} key */
export function show(component, key) {
  const root = component.parentElement.querySelector("#root");
  if (!(root instanceof HTMLElement)) return () => {};
  let view = live.get(root);
  if (!view) {
    view = new VIEWS[component.data.mode](root, component, key);
    live.set(root, view);
  }
  view.update(component);
  return () => {
    view.end();
    live.delete(root);
    root.replaceChildren();
  };
}
