/**
 * Table of vectors: name and provenance, a lane with interval and mark, value and interval.
 * It is inlined in the page, and imports nothing.
 *
 * @typedef {{name: string, label: string, note: string, kind: string, at: number | null,
 *   from: number | null, to: number | null, text: string, interval: string, hollow: boolean,
 *   small: boolean}} ForestRow
 * @typedef {{rows: ForestRow[], ticks: {at: number, text: string}[], level: number | null,
 *   chosen: string | null, caption: string, unit: string, small: boolean, fixed: boolean}} ForestData
 * @param {{data: ForestData, parentElement: ShadowRoot | HTMLElement,
 *   setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("#root");
  if (!root) return;
  const had = root.querySelector(":focus")?.getAttribute("data-name");
  const table = add(root, "table", `forest${data.small ? " small" : ""}${data.fixed ? " fixed" : ""}`);
  root.replaceChildren(table);
  add(table, "caption", "", data.caption);
  const head = add(add(table, "thead"), "tr");
  add(head, "th", "", "").scope = "col";
  const axis = add(add(head, "td", "mid"), "div", "lane axis");
  axis.setAttribute("aria-hidden", "true");
  for (const tick of data.ticks) place(add(axis, "i", "", tick.text), tick.at);
  add(head, "td", "val", data.unit);
  const body = add(table, "tbody");
  for (const row of data.rows) {
    const line = add(body, "tr", row.name === data.chosen ? "on" : "");
    const name = add(line, "th");
    name.scope = "row";
    if (data.fixed) add(name, "b", "", row.label);
    else {
      const choose = add(name, "button", "", row.label);
      choose.setAttribute("data-name", row.name);
      choose.setAttribute("aria-pressed", String(row.name === data.chosen));
      line.addEventListener("click", () => setTriggerValue("chosen", row.name));
      if (had === row.name) choose.focus();
    }
    add(name, "small", "", row.note);
    const classes = `lane ${row.kind}${row.hollow ? " hollow" : ""}${row.small ? " lesser" : ""}`;
    const lane = add(add(line, "td", "mid"), "div", classes);
    lane.setAttribute("aria-hidden", "true");
    add(lane, "s", "guide");
    if (data.level !== null) place(add(lane, "s", "level"), data.level);
    if (row.from !== null && row.to !== null) {
      const span = place(add(lane, "s", "span"), row.from);
      span.style.width = `${100 * (row.to - row.from)}%`;
    }
    if (row.at !== null) place(add(lane, "s", "dot"), row.at);
    const value = add(line, "td", "val");
    add(value, "b", "", row.text);
    add(value, "small", "", row.interval);
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {Element} parent @param {K} tag @param {string} [className] @param {string} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
function add(parent, tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}

/** @template {HTMLElement} T @param {T} element @param {number} at share of the lane @returns {T} */
function place(element, at) {
  element.style.left = `${100 * at}%`;
  return element;
}
