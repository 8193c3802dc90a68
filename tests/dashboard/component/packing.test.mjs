import assert from "node:assert/strict";
import { test } from "node:test";

import {
  beside, fillRows, isMatted, laidOut, packRows, placesIn, rowOf, rowsBetween, totalHeight,
} from "../../../dashboard/component/packing.js";

/** Aspects of photos, the same ones each time. */
function aspects(n, seed = 1) {
  let state = seed;
  const next = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  return Array.from({ length: n }, () => [1.5, 0.667, 1.333, 1, 3, 0.4, 9, 0.1][Math.floor(8 * next())]);
}

const PAGES = [[1392, 6, 290], [1872, 6, 330], [378, 4, 170], [960, 6, 230]];

for (const [width, gap, target] of PAGES) {
  test(`each photo is in one row, in order, at a width of ${width}`, () => {
    const shapes = aspects(5000), rows = packRows(shapes, width, gap, target);
    assert.equal(rows[0].start, 0);
    rows.slice(1).forEach((row, i) => assert.equal(row.start, rows[i].end));
    assert.equal(rows.at(-1).end, shapes.length);
    assert.ok(rows.every((row) => row.end > row.start));
  });

  test(`rows are exactly as wide as ${width} and not much higher or lower than wanted`, () => {
    const shapes = aspects(5000, 7), rows = packRows(shapes, width, gap, target);
    for (const row of rows.slice(0, -1)) {
      const last = placesIn(row, shapes, width, gap, target).at(-1);
      assert.ok(Math.abs(last.left + last.width - width) < 1e-6);
      assert.ok(row.height > 0.45 * target && row.height < 1.6 * target, `${row.height}`);
    }
    rows.slice(1).forEach((row, i) => {
      assert.ok(Math.abs(row.top - rows[i].top - rows[i].height - gap) < 1e-6);
    });
  });
}

test("few photos are not blown up, and none make no row", () => {
  const pairs = packRows(aspects(41), 1000, 6, 280, 2);
  assert.ok(pairs.every((row) => row.start % 2 === 0));
  assert.equal(pairs.at(-1).end, 41);
  assert.deepEqual(packRows([], 1000, 6, 280), []);
  assert.equal(totalHeight([]), 0);
  assert.equal(packRows([1.5], 1000, 6, 280)[0].height, 280);
  assert.equal(packRows([0.667, 1.5], 1000, 6, 280)[0].height, 280);
});

test("a photo of an extreme shape stands on a mat of a shape that can be laid out", () => {
  assert.equal(laidOut(65, 1400, 280), 4);
  assert.equal(laidOut(0.01, 1400, 280), 0.33);
  assert.ok(laidOut(65, 378, 170) < 378 / 170 + 1e-9);
});

test("a photo is on a mat only where its shape is not laid out as it is", () => {
  assert.equal(isMatted(1.5, 1400, 280), false);
  assert.ok(isMatted(65, 1400, 280) && isMatted(0.01, 1400, 280));
});

test("three rows fill a height, the first ones with fewer and larger photos", () => {
  const shapes = new Array(40).fill(1.25), rows = packRows(shapes, 955, 6, 200).slice(0, 3);
  const filled = fillRows(shapes, 955, 6, 200, 3, 748, 400);
  assert.ok(totalHeight(rows) < 600);
  assert.ok(totalHeight(filled) > 690 && totalHeight(filled) <= 748);
  assert.equal(filled.length, 3);
  assert.equal(filled[0].start, 0);
  filled.slice(1).forEach((row, i) => assert.equal(row.start, filled[i].end));
  assert.ok(filled.every((row) => row.height <= 400));
});

test("few photos in a high window are not blown up", () => {
  const filled = fillRows([1.5, 1.5], 1400, 6, 280, 3, 2000, 400);
  assert.ok(filled.every((row) => row.height <= 400));
  assert.deepEqual(fillRows([], 1400, 6, 280, 3, 2000, 400), []);
});

test("the rows of a window are found, and the row of a photo", () => {
  const shapes = aspects(100000), rows = packRows(shapes, 1392, 6, 290);
  const [low, end] = rowsBetween(rows, rows[5000].top, rows[5003].top);
  assert.ok(low <= 5000 && end >= 5003 && end - low < 8);
  assert.equal(rowOf(rows, rows[77].start), 77);
  assert.equal(rowOf(rows, rows[77].end - 1), 77);
  assert.deepEqual(rowsBetween(rows, -900, -10), [0, 0]);
});

test("a step down and up again comes near where it began, and stops at the edges", () => {
  const shapes = aspects(200, 3), at = [1392, 6, 290], rows = packRows(shapes, ...at);
  const step = (place, by) => beside(rows, shapes, place, by, ...at);
  assert.equal(step(rows[0].start, -1), rows[0].start);
  const last = rows.at(-1).end - 1;
  assert.equal(step(last, 1), last);
  const below = step(rows[3].start, 1);
  assert.equal(rowOf(rows, below), 4);
  assert.equal(rowOf(rows, step(below, -1)), 3);
});

test("100,000 photos are packed in a moment", () => {
  const shapes = aspects(100000), before = performance.now();
  packRows(shapes, 1392, 6, 290);
  assert.ok(performance.now() - before < 500);
});
