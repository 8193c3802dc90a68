/** Photos in justified rows: all of them scroll, few of them are in the page. */

import { emptyCell, setText, stackButton } from "./cells.js";
import { el, scrollerOf, tool } from "./dom.js";
import { holdFocus, takeFocus } from "./held_focus.js";
import { gridAction, isUndo, markOf } from "./keys.js";
import { Marks, markText } from "./marks.js";
import { absolute, Columns, reasonsAt, urlsOf, Words } from "./order.js";
import { Outbox, reloadForNewServer } from "./outbox.js";
import { beside, fillRows, isMatted, packRows, placesIn, rowOf, rowsBetween, totalHeight } from "./packing.js";
import { Viewer } from "./viewer.js";

/** @typedef {import("./types").Component} Component */
/** @typedef {import("./types").Data} Data */

const REST_MS = 90; // after which a fast scroll is over
const QUIET_MS = 700; // after which what may be shown next is fetched
const SLOW_PX_A_MS = 3;
const AROUND = 0.6; // of the window's height, drawn above and below it
const PHONE_PX = 600;
const MOST_PX = 330; // height of a row
const HIGHEST_PX = 400; // of one in rows that fill the window
const USUAL_PX = 768; // height of a small window
const STRIP_PX = 56; // height of a row of a strip at least, where it has two
const GONE_MS = 100; // in which a cell that is removed has just lost the focus
const STEP_PX = 10; // by which rows are made lower until they fit
const BELOW_PX = 16; // that stay free below rows that fill the window
const WIDE_PX = 260; // of a cell, in which words stand beside the buttons
const SLIM_PX = 130; // of a cell, in which words are smaller
const SMALL_PX = 384; // of a thumbnail's long side

export class Grid {
  /** @param {HTMLElement} root @param {Component} component @param {string} key */
  constructor(root, component, key) {
    this.component = component;
    this.data = component.data;
    this.place = key;
    this.base = absolute(this.data.base);
    this.outbox = new Outbox(key, sessionStorage, undefined, () => {
      reloadForNewServer(this.data.modules);
    });
    this.marks = new Marks(this.outbox, () => this.refresh());
    /** @type {Set<string>} */
    this.selected = new Set();
    /** @type {Set<string>} */
    this.opened = new Set();
    /** @type {Map<number, HTMLElement>} */
    this.drawn = new Map();
    /** @type {Columns | null} */
    this.columns = null;
    /** @type {Words | null} */
    this.words = null;
    this.shown = new Uint32Array();
    /** @type {ArrayLike<number>} */
    this.aspects = [];
    /** @type {import("./types").Row[]} */
    this.rows = [];
    this.focus = 0;
    this.blurred = 0; // when the focus left for nothing; Infinity while it is here
    this.width = 0;
    this.gap = 6;
    this.target = 280;
    this.empty = emptyCell(Boolean(this.data.markable), this.selectable());
    this.scrolled = { top: 0, at: 0 };
    this.middle = 0; // of the window, from the top of the grid
    this.at = ""; // where the order is fetched
    this.drawnAt = ""; // of the order that is drawn, perhaps its first photos alone
    this.asked = ""; // an order that the server had forgotten, asked for again once
    /** What came last as a whole. @type {Columns | null} */
    this.whole = null;
    this.openedOnce = "";
    /** @type {number | undefined} */
    this.pending = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined;
    /** @type {Map<string, HTMLImageElement>} */
    this.ahead = new Map();
    this.canvas = el("div", {
      class: "grid", role: "grid", "aria-multiselectable": "true",
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      click: (/** @type {MouseEvent} */ event) => this.click(event),
      focusin: (/** @type {FocusEvent} */ event) => this.focused(event),
      focusout: (/** @type {FocusEvent} */ event) => {
        this.blurred = event.relatedTarget ? 0 : performance.now();
      },
    });
    this.bar = el("div", { class: "bar", role: "toolbar", "aria-label": "Selected photos" });
    this.live = el("div", { class: "sr", "aria-live": "polite" });
    this.problem = el("p", { class: "problem", role: "alert" });
    root.append(this.problem, this.canvas, this.bar, this.live);
    this.viewer = new Viewer(this.album(), root);
    this.scroller = scrollerOf(root);
    this.leave = new AbortController();
    const options = { passive: true, signal: this.leave.signal };
    this.scroller.addEventListener("scroll", () => this.scroll(), options);
    addEventListener("resize", () => this.draw(), options);
    addEventListener("pagehide", () => this.outbox.flush(), options);
    this.watch = new ResizeObserver(() => {
      if (this.canvas.clientWidth !== this.width) this.layout();
    });
    this.watch.observe(this.canvas);
  }

  /** What the viewer looks through. @returns {import("./viewer.js").Album} */
  album() {
    const grid = this;
    return {
      get base() { return grid.base; },
      get n() { return grid.shown.length; },
      get marks() { return grid.data.markable ? grid.marks : null; },
      get why() { return reasonsAt(grid.data); },
      get page() {
        if (!grid.data.actions?.page) return null;
        return (/** @type {string} */ token) => grid.act("page", [token]);
      },
      photo: (place) => [grid.data.index, grid.token(place), grid.name(place)],
      better: (place) => grid.caption(place),
      mark: (tokens, mark, value) => grid.mark(tokens, mark, value),
      undo: () => grid.undo(),
      closed: (place) => grid.go(place),
      versus: (tokens) => grid.act("versus", tokens),
    };
  }

  /** @param {Component} component */
  async update(component) {
    this.component = component;
    this.data = component.data;
    this.base = absolute(this.data.base);
    this.outbox.connect((value) => this.component.setStateValue("outbox", value), this.data.acked);
    this.marks.use(this.data.marks ?? {});
    this.canvas.setAttribute("aria-label", this.data.label ?? "Photos");
    this.canvas.classList.toggle("picking", Boolean(this.data.picks));
    this.canvas.classList.toggle("marking", Boolean(this.data.markable));
    const at = `${this.base}/orders/${this.data.order}`;
    if (at === this.at) return this.refresh();
    this.at = at;
    clearTimeout(this.rest);
    this.rest = undefined; // ends fetching ahead for the order before
    const { first: given = "", n = 0 } = this.data, first = Columns.ofText(given);
    const again = Boolean(this.whole && first.continues(this.whole, n));
    if (!again && this.drawnAt !== at) this.startAnew();
    if (first.n < n && this.drawnAt !== at) this.begin(first, at, again);
    const columns = first.n < n ? await this.fetchOrder(at) : first;
    if (!columns || this.at !== at) return;
    this.problem.textContent = this.asked = "";
    const isDrawn = this.drawnAt === at, held = again || isDrawn ? this.token(this.focus) : "";
    this.whole = columns;
    this.forgetGone(columns);
    this.use(columns, at);
    this.showAll(held, isDrawn);
    if (isDrawn) this.refresh();
    this.viewer.follow(this.placeOf(this.viewer.photo[1]));
    this.takeBack();
    if (this.data.open) this.openPhoto(this.data.open);
  }

  /** Draw an order's first photos at once; `again`, only if the window and the focus are there.
   * @param {Columns} first @param {string} at @param {boolean} again */
  begin(first, at, again) {
    const held = again ? this.token(this.focus) : "", there = held !== "" && first.find(held) >= 0;
    const isFar = this.canvas.getBoundingClientRect().top < -innerHeight;
    const losesFocus = !there && this.canvas.contains(this.active());
    if (this.viewer.node.open || (again && (isFar || losesFocus))) return;
    this.use(first, at);
    if (!there) this.focus = 0;
    this.showAll(there ? held : "");
  }

  /** @param {Columns} columns of the photos to draw @param {string} at */
  use(columns, at) {
    this.columns = columns;
    if (this.drawnAt !== at) this.words = new Words(at, () => this.refresh());
    this.drawnAt = at;
  }

  /** @param {string} at */
  async fetchOrder(at) {
    let isLost = false; // the server has forgotten it
    try {
      const answer = await fetch(at);
      if (answer.ok) return new Columns(await answer.arrayBuffer());
      isLost = this.asked !== at;
    } catch { /* told below */ }
    if (this.at !== at) return null;
    this.at = "";
    this.asked = isLost ? at : "";
    if (isLost) this.act("lost", []);
    else this.problem.textContent = "The photos could not be fetched. Reload the page.";
    return null;
  }

  /** Photos that left the order are selected no longer. @param {Columns} columns */
  forgetGone(columns) {
    for (const token of this.selected) if (columns.find(token) < 0) this.selected.delete(token);
  }

  startAnew() {
    const had = this.canvas.contains(this.active());
    this.focus = 0;
    this.selected.clear();
    this.opened.clear();
    if (had) queueMicrotask(() => this.go(0));
    const top = this.canvas.getBoundingClientRect().top;
    if (top < 0 && !this.data.rows) this.scroller.scrollTop += top - 120;
  }

  /** @param {string} [held] photo that keeps the focus, if it is there
   * @param {boolean} [keepsRows] as in `layout` */
  showAll(held = "", keepsRows = false) {
    const columns = this.columns;
    if (!columns) return;
    this.shown = columns.shown(this.opened);
    const place = this.placeOf(held);
    if (place >= 0) this.focus = place;
    this.aspects = columns.shapes(this.shown);
    this.layout(keepsRows);
  }

  /** @param {boolean} [keepsRows] whether drawn rows show the same photos at the same places */
  layout(keepsRows = false) {
    this.width = this.canvas.clientWidth;
    if (!this.width || !this.columns) return;
    const drawn = keepsRows ? this.rows : [];
    const phone = this.width < PHONE_PX;
    this.gap = phone ? 4 : 6;
    const usual = phone ? 170 : Math.max(230, Math.min(MOST_PX, this.width / 4.6));
    if (this.data.grows) this.grow();
    else this.pack(this.given() ?? usual);
    if (this.data.fills && innerWidth >= PHONE_PX) this.fill();
    const { n = 0, rows } = this.data, isPart = this.columns !== this.whole && !rows;
    this.canvas.style.height = `${totalHeight(this.rows) * (isPart ? n / this.columns.n : 1)}px`;
    this.canvas.setAttribute("aria-rowcount", String(this.rows.length));
    const back = this.canvas.contains(this.active());
    for (const [i, row] of this.drawn) {
      if (i < drawn.length && JSON.stringify(drawn[i]) === JSON.stringify(this.rows[i])) continue;
      row.remove();
      this.drawn.delete(i);
    }
    this.draw();
    if (!back) this.keepTabStop();
    else if (!this.canvas.contains(this.active())) this.go(this.focus);
    this.tools();
  }

  /** Height of a row that Python wants; on a phone a few rows are half as high, of twice the photos. */
  given() {
    const { target, rows, fills } = this.data;
    return target && rows && !fills && innerWidth < PHONE_PX ? target / 2 : target;
  }

  /** @param {number} target @param {number | null} [most] of rows */
  pack(target, most = this.data.rows) {
    this.target = target;
    this.rows = packRows(this.aspects, this.width, this.gap, target, this.data.together);
    if (most) this.rows = this.rows.slice(0, most);
  }

  /** A strip that takes its share of what a window is higher than usual, in several rows. */
  grow() {
    const room = (this.data.target ?? 0) + (this.data.grows ?? 0) * Math.max(0, innerHeight - USUAL_PX);
    const most = room < 2 * STRIP_PX ? 1 : 2;
    this.pack(room / most - this.gap * (1 - 1 / most), most);
  }

  /** Rows as high as the window has room for. */
  fill() {
    const least = this.target, top = this.canvas.getBoundingClientRect().top + this.scroller.scrollTop;
    const room = innerHeight - top - BELOW_PX;
    for (let target = MOST_PX; target > least; target -= STEP_PX) {
      this.pack(target);
      if (totalHeight(this.rows) <= room) break;
    }
    if (totalHeight(this.rows) > room) this.pack(least);
    const { aspects, width, gap, target } = this, most = this.rows.length;
    this.rows = fillRows(aspects, width, gap, target, most, room, HIGHEST_PX);
  }

  scroll() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.draw();
      this.keepTabStop();
    });
  }

  /** Where no photo drawn has the tab stop, one in the middle of the window gets it. */
  keepTabStop() {
    if (this.cellAt(this.focus)) return;
    const [row] = rowsBetween(this.rows, this.middle, this.middle + 1);
    this.tabTo(this.rows[row]?.start ?? 0);
  }

  /** @param {number} place */
  tabTo(place) {
    this.cellAt(this.focus)?.setAttribute("tabindex", "-1");
    this.focus = place;
    this.cellAt(place)?.setAttribute("tabindex", "0");
  }

  draw() {
    if (!this.rows.length) return;
    const top = -this.canvas.getBoundingClientRect().top;
    this.middle = top + innerHeight / 2;
    const [first, last] = rowsBetween(this.rows, top, top + innerHeight);
    const leapt = first < last && !this.drawn.has(first) && !this.drawn.has(last - 1);
    const around = leapt ? 0 : AROUND * innerHeight; // what is seen comes first
    const [low, end] = rowsBetween(this.rows, top - around, top + innerHeight + around);
    if (leapt) this.scroll();
    const held = this.active();
    for (const [i, row] of this.drawn) {
      if ((i < low || i >= end) && !row.contains(held)) this.drop(i, row);
    }
    for (let i = low; i < end; i++) {
      if (this.drawn.has(i)) continue;
      const row = this.row(i);
      const after = Math.min(...[...this.drawn.keys()].filter((k) => k > i)); // in reading order
      this.canvas.insertBefore(row, this.drawn.get(after) ?? null);
      this.drawn.set(i, row);
    }
    this.fetchPictures();
  }

  /** @param {number} i @param {HTMLElement} row */
  drop(i, row) {
    for (const picture of row.querySelectorAll("img")) {
      if (!picture.complete) picture.removeAttribute("src"); // nobody waits for it any more
    }
    row.remove();
    this.drawn.delete(i);
  }

  /** Fetch what is seen; not while it flies by. */
  fetchPictures() {
    const now = performance.now(), top = this.scroller.scrollTop, before = this.scrolled;
    const passed = now - before.at, speed = Math.abs(top - before.top) / Math.max(1, passed);
    this.scrolled = { top, at: now };
    clearTimeout(this.rest);
    if (speed < SLOW_PX_A_MS || passed > REST_MS) this.fetchSmall();
    this.rest = setTimeout(() => {
      this.fetchSmall();
      this.fetchSharp();
      this.rest = setTimeout(() => this.fetchAhead(), QUIET_MS);
    }, REST_MS);
  }

  /** One by one, until something else is wanted. */
  async fetchAhead() {
    const { rest } = this, tokens = this.data.ahead ?? [];
    for (const token of this.ahead.keys()) if (!tokens.includes(token)) this.ahead.delete(token);
    for (const token of tokens) {
      if (this.rest !== rest || this.viewer.node.open) return;
      if (this.ahead.has(token)) continue;
      const picture = new Image();
      this.ahead.set(token, picture);
      picture.fetchPriority = "low";
      picture.src = urlsOf(this.base, this.data.index, token).small;
      await picture.decode().catch(() => {}); // what is missing is told where it is shown
    }
  }

  /** Thumbnails, those in the middle of the window first. */
  fetchSmall() {
    const off = (/** @type {number} */ i) => Math.abs(this.rows[i].top - this.middle);
    for (const [, row] of [...this.drawn].sort(([a], [b]) => off(a) - off(b))) {
      for (const picture of row.querySelectorAll("img[data-src]")) {
        picture.setAttribute("src", picture.getAttribute("data-src") ?? "");
        picture.removeAttribute("data-src");
      }
    }
  }

  /** Larger pictures for cells that a thumbnail does not fill with one pixel each. */
  fetchSharp() {
    const half = innerHeight / 2, seen = rowsBetween(this.rows, this.middle - half, this.middle + half);
    for (const [i, row] of this.drawn) {
      if (i < seen[0] || i >= seen[1]) continue;
      for (const picture of row.querySelectorAll("img[data-sharp]")) {
        const sharp = new Image(), at = picture.getAttribute("data-sharp") ?? "";
        picture.removeAttribute("data-sharp");
        sharp.src = at;
        sharp.decode().then(() => picture.setAttribute("src", at), () => {});
      }
    }
  }

  /** @param {number} i */
  row(i) {
    const row = this.rows[i];
    const node = el("div", { class: "row", role: "row", "aria-rowindex": i + 1 });
    node.style.top = `${row.top}px`;
    node.style.height = `${row.height}px`;
    placesIn(row, this.aspects, this.width, this.gap, this.target).forEach((at, k) => {
      node.append(this.cell(row.start + k, at.left, at.width, row.height));
    });
    return node;
  }

  /** @param {number} place @param {number} left @param {number} width @param {number} height */
  cell(place, left, width, height) {
    const columns = /** @type {Columns} */ (this.columns), i = this.shown[place];
    const token = columns.token(i), urls = urlsOf(this.base, this.data.index, token);
    const sharp = Math.max(width, height) * devicePixelRatio > SMALL_PX * 1.1;
    const cell = /** @type {HTMLElement} */ (this.empty.cloneNode(true));
    const picture = cell.firstElementChild;
    picture?.setAttribute("data-src", urls.small);
    if (sharp) picture?.setAttribute("data-sharp", urls.medium);
    const size = width > WIDE_PX ? "wide" : width < SLIM_PX ? "slim" : "";
    Object.assign(cell.dataset, { place, token, size });
    Object.assign(cell.style, { left: `${left}px`, width: `${width}px` });
    if (isMatted(this.aspects[place], this.width, this.target)) cell.dataset.mat = "";
    if (columns.tones[i]) cell.style.backgroundColor = columns.colour(i);
    const count = columns.stacks[i];
    if (count > 1) cell.append(stackButton(count, this.opened.has(token)));
    this.paint(cell);
    return cell;
  }

  /** @param {HTMLElement} cell */
  paint(cell) {
    const token = cell.dataset.token ?? "", place = Number(cell.dataset.place);
    const [flag, stars] = this.marks.of(token), selected = this.selected.has(token);
    const name = this.name(place), caption = this.caption(place);
    const kinds = ["cell", selected && "selected", flag === 1 && "pinned", flag === -1 && "banned"];
    cell.className = kinds.filter(Boolean).join(" ");
    cell.tabIndex = place === this.focus ? 0 : -1;
    cell.setAttribute("aria-selected", String(selected));
    const count = this.columns?.stacks[this.shown[place]] ?? 1;
    const said = [
      name || `photo ${place + 1}`, caption, flag === 1 && "always kept", flag === -1 && "left out",
      stars && markText("stars", stars), count > 1 && `${count} shots of one moment`,
    ];
    cell.setAttribute("aria-label", said.filter(Boolean).join(", "));
    setText(cell.querySelector(".said > b"), caption);
    setText(cell.querySelector(".said > span"), name);
    setText(cell.querySelector(".stars"), "★".repeat(stars));
  }

  refresh() {
    for (const row of this.drawn.values()) {
      for (const cell of row.children) this.paint(/** @type {HTMLElement} */ (cell));
    }
    if (this.viewer.node.open) {
      this.viewer.words();
      this.viewer.paint();
    }
    this.tools();
  }

  /** @param {number} place */
  token(place) {
    return this.columns?.token(this.shown[place]) ?? "";
  }

  /** @param {number} place */
  name(place) {
    return this.words?.of(this.shown[place])[0] ?? "";
  }

  /** @param {number} place */
  caption(place) {
    const i = this.shown[place];
    return this.words?.of(i)[1] || this.columns?.better(i) || "";
  }

  active() {
    return /** @type {ShadowRoot} */ (this.canvas.getRootNode()).activeElement;
  }

  /** @param {string[]} tokens @param {"flag" | "stars"} mark @param {number} value */
  mark(tokens, mark, value) {
    if (!this.data.markable || !tokens.length) return;
    const now = this.marks.set(tokens, mark, value);
    this.live.textContent = `${markText(mark, now)}${tokens.length > 1 ? `: ${tokens.length}` : ""}`;
  }

  undo() {
    return (this.live.textContent = this.marks.undo() ? "taken back" : "nothing to take back");
  }

  /** @param {string} what @param {string[]} tokens */
  act(what, tokens) {
    this.outbox.flush();
    this.component.setTriggerValue("act", { what, tokens });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const cell = this.cellOf(event);
    if (!cell) return;
    const place = Number(cell.dataset.place), token = cell.dataset.token ?? "";
    const given = markOf(event), what = gridAction(event);
    if (given) this.mark(this.aimed(token), given.mark, given.value);
    else if (isUndo(event)) this.undo();
    else if (!what || !this.act_on(what, place, token)) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
    if (event.shiftKey && /Arrow/.test(event.key)) {
      this.selected.add(token);
      this.selected.add(this.token(this.focus));
      this.refresh();
    }
  }

  /** Photos that a mark is for: all that are selected if the photo is one of them.
   * @param {string} token */
  aimed(token) {
    return this.selected.has(token) ? [...this.selected] : [token];
  }

  /** @param {string} what @param {number} place @param {string} token */
  act_on(what, place, token) {
    const last = this.last(), { rows, aspects, width, gap, target } = this;
    const across = (/** @type {number} */ step) =>
      this.go(beside(rows, aspects, place, step, width, gap, target));
    const screen = Math.max(1, Math.floor(innerHeight / this.target) - 1);
    const moves = /** @type {Record<string, () => void>} */ ({
      next: () => this.go(place + 1), previous: () => this.go(place - 1),
      below: () => across(1), above: () => across(-1), first: () => this.go(0),
      last: () => this.go(last),
      "page down": () => this.go(rows[Math.min(rows.length - 1, rowOf(rows, place) + screen)].start),
      "page up": () => this.go(rows[Math.max(0, rowOf(rows, place) - screen)].start),
      open: () => (this.data.picks ? this.select(token) : this.viewer.open(place)), select: () => this.select(token),
      stack: () => this.toggleStack(place), compare: () => this.compare(),
      clear: () => this.clear(), keys: () => this.viewer.help.open(),
    });
    if (what === "clear" && !this.selected.size) return false;
    moves[what]();
    return true;
  }

  /** Place of a photo; -1 if it is not shown. @param {string} token */
  placeOf(token) {
    return token ? this.shown.indexOf(this.columns?.find(token) ?? -1) : -1;
  }

  last() {
    return (this.rows.at(-1)?.end ?? 1) - 1;
  }

  /** Go to a photo: it is in the page, in the window and has the focus. @param {number} place */
  go(place) {
    if (!this.rows.length) return;
    place = Math.max(0, Math.min(this.last(), place));
    this.tabTo(place);
    const row = this.rows[rowOf(this.rows, place)];
    const top = this.canvas.getBoundingClientRect().top + row.top, head = 72;
    if (top < head) this.scroller.scrollTop += top - head;
    else if (top + row.height > innerHeight - 12) {
      this.scroller.scrollTop += top + row.height - innerHeight + 12;
    }
    this.draw();
    this.cellAt(place)?.focus({ preventScroll: true });
  }

  /** @param {number} place @returns {HTMLElement | null} */
  cellAt(place) {
    return this.canvas.querySelector(`[data-place="${place}"]`);
  }

  /** @param {Event} event @returns {HTMLElement | null} */
  cellOf(event) {
    return event.target instanceof Element ? event.target.closest(".cell") : null;
  }

  /** Focus and keys of a grid that stood here until it was drawn anew. */
  takeBack() {
    const before = takeFocus(this.place), place = this.placeOf(before?.token ?? "");
    if (!before || place > this.last()) return;
    const keys = before.keys.filter(({ key }) => place >= 0 || key === "u"); // others were for it
    const to = place < 0 ? before.at : place;
    if (!keys.length && !this.cellAt(to)) return; // far from what the window shows
    this.go(to);
    for (const key of keys) this.active()?.dispatchEvent(new KeyboardEvent("keydown", key));
  }

  /** @param {FocusEvent} event */
  focused(event) {
    this.blurred = Infinity;
    const cell = this.cellOf(event), place = Number(cell?.dataset.place);
    if (cell && place !== this.focus) this.tabTo(place);
  }

  /** Actions for photos that are selected, by what they do. */
  actions() {
    return Object.entries(this.data.actions ?? {}).filter(([what]) => what !== "page");
  }

  selectable() {
    return Boolean(this.data.markable || this.actions().length);
  }

  /** @param {string} token */
  select(token) {
    if (!this.selectable()) return;
    if (!this.selected.delete(token)) this.selected.add(token);
    this.live.textContent = `${this.selected.size} selected`;
    this.refresh();
    if (this.selected.size === this.data.picks) this.act(this.actions()[0][0], [...this.selected]);
  }

  clear() {
    this.selected.clear();
    this.refresh();
  }

  compare() {
    if (this.selected.size !== 2) {
      this.live.textContent = "select two photos to compare them";
      return;
    }
    const pair = [...this.selected].map((token) => {
      const place = this.placeOf(token), name = place < 0 ? "" : this.name(place);
      return /** @type {import("./types").Shown} */ ([this.data.index, token, name]);
    });
    this.viewer.place = this.focus;
    this.viewer.photo = this.viewer.album.photo(this.focus);
    this.viewer.compare(pair);
  }

  /** @param {number} place */
  toggleStack(place) {
    const columns = this.columns;
    if (!columns) return;
    const first = columns.stackOf(this.shown[place]);
    if (columns.stacks[first] < 2) return;
    const token = columns.token(first);
    if (!this.opened.delete(token)) this.opened.add(token);
    this.live.textContent = `${columns.stacks[first]} shots ${this.opened.has(token) ? "shown" : "in a stack"}`;
    this.focus = Math.max(0, this.shown.indexOf(first));
    this.showAll();
    this.go(this.focus);
  }

  /** Open a photo in the viewer, and the stack that it is in. @param {string} token */
  openPhoto(token) {
    const columns = this.columns;
    if (!columns || this.openedOnce === token) return;
    this.openedOnce = token;
    const i = columns.find(token);
    if (i < 0) return;
    if (columns.stacks[i] === 0) {
      this.opened.add(columns.token(columns.stackOf(i)));
      this.showAll();
    }
    this.viewer.open(this.shown.indexOf(i));
  }

  /** @param {MouseEvent} event */
  click(event) {
    const cell = this.cellOf(event);
    if (!cell || !(event.target instanceof Element)) return;
    const token = cell.dataset.token ?? "", place = Number(cell.dataset.place);
    const on = (/** @type {string} */ part) => /** @type {Element} */ (event.target).closest(part);
    if (on(".stack")) return this.toggleStack(place);
    if (on(".pick") || this.data.picks || event.ctrlKey || event.metaKey) this.select(token);
    else if (on(".pin")) this.mark(this.aimed(token), "flag", 1);
    else if (on(".ban")) this.mark(this.aimed(token), "flag", -1);
    else if (event.shiftKey && this.selectable()) this.selectTo(place);
    else {
      this.go(place);
      this.viewer.open(place);
      return;
    }
    this.go(place);
  }

  /** @param {number} place */
  selectTo(place) {
    const [from, to] = [this.focus, place].sort((a, b) => a - b);
    for (let at = from; at <= to; at++) this.selected.add(this.token(at));
    this.live.textContent = `${this.selected.size} selected`;
    this.refresh();
  }

  /** Buttons for all photos that are selected. */
  tools() {
    const n = this.selected.size;
    this.bar.classList.toggle("on", n > 0);
    if (!n) return this.bar.replaceChildren();
    const button = (/** @type {string} */ text, /** @type {() => void} */ click, disabled = false) =>
      el("button", { text, click, disabled });
    const tokens = [...this.selected], { markable, picks } = this.data;
    this.bar.replaceChildren(
      el("span", { class: "n", text: picks ? `${n} of ${picks} chosen` : `${n} selected` }),
      ...(markable ? [button("Always keep", () => this.mark(tokens, "flag", 1)),
        button("Leave out", () => this.mark(tokens, "flag", -1))] : []),
      ...(picks ? [] : [button("Compare", () => this.compare(), n !== 2),
        ...this.actions().map(([what, text]) => button(text, () => this.act(what, tokens)))]),
      ...(markable ? [button("Undo", () => this.undo())] : []),
      tool("close", "Nothing selected (Esc)", () => this.clear()),
    );
  }

  end() {
    if (performance.now() - this.blurred < GONE_MS) holdFocus(this.place, this.token(this.focus), this.focus);
    this.outbox.end();
    if (this.viewer.node.open) this.viewer.uncover();
    this.at = ""; // nobody waits for it
    if (this.pending) cancelAnimationFrame(this.pending);
    this.leave.abort();
    this.watch.disconnect();
    clearTimeout(this.rest);
    this.rest = undefined;
  }
}
