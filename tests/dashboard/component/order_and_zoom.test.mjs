import assert from "node:assert/strict";
import { test } from "node:test";

import { Columns, urlsOf, Words } from "../../../dashboard/component/order.js";
import { fitScale, FITTED, kept, pairHeight, placed, zoomed } from "../../../dashboard/component/zoom.js";

/** Bytes of an order as Python writes it. */
function order(rows) {
  const ids = rows.flatMap(([id]) => Array.from({ length: 8 }, (_, k) => (k ? 0 : id)));
  const column = (k) => rows.flatMap((row) => [row[k] & 255, row[k] >> 8]);
  return Uint8Array.from([...ids, ...[1, 2, 3, 4].flatMap(column)]).buffer;
}

const ROWS = [[171, 1500, 9876, 0xf800, 3], [2, 667, 0xffff, 0, 0], [3, 1000, 10000, 1, 0], [4, 1000, 0, 1, 1]];

test("columns are read as they were written", () => {
  const columns = new Columns(order(ROWS));
  assert.equal(columns.n, 4);
  assert.equal(columns.token(0), "ab00000000000000");
  assert.equal(columns.aspects[1], 667);
  assert.equal(columns.colour(0), "rgb(248 0 0)");
  assert.ok(!columns.colour(1));
  assert.deepEqual([0, 1, 2, 3].map((i) => columns.better(i)),
    ["better than 98 %", "", "better than 99 %", "better than 0 %"]);
});

test("an order that came in part is no order", () => {
  assert.throws(() => new Columns(order(ROWS).slice(0, 30)));
});

test("a closed stack is its first photo, an open one all of them", () => {
  const columns = new Columns(order(ROWS));
  assert.deepEqual([...columns.shown(new Set())], [0, 3]);
  assert.deepEqual([...columns.shown(new Set([columns.token(0)]))], [0, 1, 2, 3]);
});

test("a photo inside a stack is found, and leads to the stack's first", () => {
  const columns = new Columns(order(ROWS));
  const inside = columns.find("03");
  assert.equal(inside, 2);
  assert.deepEqual([inside, 0, 3].map((i) => columns.stackOf(i)), [0, 0, 3]);
  assert.equal(columns.find("05"), -1);
  assert.equal(columns.find(columns.token(2)), 2);
  assert.equal(columns.find("0"), 1);
});

test("an order goes on where most photos are the same, and begins anew where they are others", () => {
  const of = (...ids) => new Columns(order(ids.map((id) => [id, 1500, 0, 1, 1])));
  const before = of(1, 2, 3, 4);
  assert.ok(of(1, 2, 3, 5).continues(before)); // one for another
  assert.ok(of(9, 8, 7, 6).continues(before)); // as many: the same photos sorted anew
  assert.ok(of(1, 3, 4).continues(before));
  assert.ok(!of(1, 5, 6).continues(before));
  assert.ok(!of().continues(before));
});

test("whether an order goes on is known from its first photos and their number", () => {
  const of = (...ids) => new Columns(order(ids.map((id) => [id, 1500, 0, 1, 1])));
  assert.ok(of(3, 1).continues(of(1, 2, 3, 4), 4)); // all of them, sorted anew
  assert.ok(!of(1, 2).continues(of(1, 2), 2000));
});

test("the first photos come as text", () => {
  const text = Buffer.from(order(ROWS)).toString("base64");
  assert.deepEqual(Columns.ofText(text), new Columns(order(ROWS)));
  assert.equal(Columns.ofText("").n, 0);
});

test("addresses hold no more than one name a part", () => {
  assert.equal(urlsOf("http://h/b", "a/../b", "../x").small, "http://h/b/photos/a%2F..%2Fb/..%2Fx/384");
});

test("names are fetched once a piece, and asked for again after a failure", async (t) => {
  const asked = [];
  let fails = true;
  t.mock.method(globalThis, "fetch", async (at) => {
    asked.push(at);
    return fails ? { ok: false, status: 500 } : { ok: true, json: async () => [["a.jpg", "best"]] };
  });
  const words = new Words("http://h/o", () => {});
  const settle = () => new Promise((done) => setImmediate(done));
  assert.deepEqual(words.of(0), ["", ""]);
  words.of(1);
  await settle();
  fails = false;
  words.of(0);
  await settle();
  assert.deepEqual(words.of(0), ["a.jpg", "best"]);
  assert.deepEqual(words.of(5), ["", ""]);
  assert.deepEqual(asked, ["http://h/o/words/0", "http://h/o/words/0"]);
});

const PHOTO = [6000, 4000], FRAME = [1200, 600];

test("a fitted photo is whole and in the middle", () => {
  const at = placed(FITTED, PHOTO, FRAME, 1);
  assert.deepEqual(at, { width: 900, height: 600, left: 150, top: 0 });
});

test("at 100 % a pixel of the photo is a pixel of the screen, and no edge shows", () => {
  const at = placed({ zoom: 1, x: 0, y: 1 }, PHOTO, FRAME, 2);
  assert.deepEqual(at, { width: 3000, height: 2000, left: 0, top: -1400 });
});

test("zooming out ends at the fitted photo, zooming in has an end", () => {
  assert.deepEqual(zoomed({ zoom: 0.2, x: 0.3, y: 0.3 }, 0.5, PHOTO, FRAME, 1), FITTED);
  assert.equal(zoomed({ zoom: 3, x: 0.3, y: 0.3 }, 9, PHOTO, FRAME, 1).zoom, 4);
  assert.equal(fitScale([30, 20], FRAME, 1), 2);
  assert.deepEqual(kept({ zoom: 1, x: -3, y: 2 }), { zoom: 1, x: 0, y: 1 });
});

test("a pair is as high as its higher photo needs, stacked as high as both", () => {
  assert.equal(pairHeight([[400, 300], [300, 400]], 808, 8, false), Math.ceil((400 * 4) / 3));
  assert.equal(pairHeight([[400, 300], [400, 200]], 400, 8, true), 608);
  assert.equal(pairHeight([[400, 300]], 800, 8, false), 600);
});
