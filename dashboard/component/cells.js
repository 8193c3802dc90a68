/** Cells of the grid: each is a copy of an empty one, which takes a third of the time to make. */

import { el, icon, tool } from "./dom.js";

/** Cell without a photo.
 * @param {boolean} markable whether photos can be marked in it
 * @param {boolean} selectable whether they can be selected */
export function emptyCell(markable, selectable) {
  const picture = el("img", { alt: "", decoding: "async", draggable: "false" });
  const said = el("div", { class: "said" }, el("b", {}), el("span", {}));
  const cell = el("div", { class: "cell", role: "gridcell" }, picture, el("div", { class: "shade" }), said);
  if (!selectable) return cell;
  const pick = el("button", {
    class: "pick", "aria-label": "Select (S)", title: "Select (S)",
  }, icon("check"));
  cell.append(pick);
  if (markable) {
    const nothing = () => {}; // the grid hears of presses
    cell.append(el("div", { class: "acts" },
      tool("pin", "Always keep (P)", nothing, "pin"), tool("ban", "Leave out (X)", nothing, "ban")),
    el("div", { class: "stars", "aria-hidden": "true" }));
  }
  for (const button of cell.querySelectorAll("button")) button.tabIndex = -1;
  return cell;
}

/** Button that opens or closes a stack. @param {number} count @param {boolean} open */
export function stackButton(count, open) {
  const label = `${open ? "Close" : "Open"} the ${count} shots of one moment (O)`;
  return el("button", {
    class: "stack", tabindex: "-1", text: count,
    title: label, "aria-label": label,
  });
}

/** Set a text that may be there already; a change of it would be laid out anew.
 * @param {Element | null} node @param {string} text */
export function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}
