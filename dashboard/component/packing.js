/** Justified rows: every photo once, in order, each row exactly as wide as the page. */

/** @typedef {import("./types").Row} Row */

const WIDEST = 4; // a panorama stands on a mat of this shape; so does a very tall photo
const TALLEST = 0.33;

/** Aspect that a photo is laid out with, never so wide or tall that it makes a row of its own.
 * @param {number} aspect @param {number} width @param {number} target */
export function laidOut(aspect, width, target) {
  return Math.max(TALLEST, Math.min(aspect, WIDEST, width / target));
}

/**
 * Rows as high as the target, nearly: between half and one and a half of it. The last row is left
 * as high as the target where its photos do not fill it.
 * @param {ArrayLike<number>} aspects width to height of each photo
 * @param {number} width @param {number} gap @param {number} target
 * @returns {Row[]}
 */
export function packRows(aspects, width, gap, target) {
  /** @type {Row[]} */
  const rows = [];
  let start = 0, sum = 0, top = 0;
  for (let i = 0; i < aspects.length; i++) {
    const aspect = laidOut(aspects[i], width, target), before = i - start;
    const taken = (width - gap * before) / (sum + aspect);
    const left = before ? (width - gap * (before - 1)) / sum : Infinity;
    if (before && taken < target && target - taken > left - target) {
      rows.push({ start, end: i, top, height: left });
      top += left + gap;
      start = i;
      sum = aspect;
    } else sum += aspect;
  }
  if (start < aspects.length) {
    const height = Math.min(target, (width - gap * (aspects.length - start - 1)) / sum);
    rows.push({ start, end: aspects.length, top, height });
  }
  return rows;
}

/** Height that the rows take together. @param {Row[]} rows */
export function totalHeight(rows) {
  const last = rows[rows.length - 1];
  return last ? last.top + last.height : 0;
}

/** Numbers of the first row and after the last row that lie between two heights.
 * @param {Row[]} rows @param {number} from @param {number} to @returns {[number, number]} */
export function rowsBetween(rows, from, to) {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].top + rows[middle].height < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < rows.length && rows[end].top <= to) end++;
  return [low, end];
}

/** Number of the row that a photo is in. @param {Row[]} rows @param {number} place */
export function rowOf(rows, place) {
  let low = 0, high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].end <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Left edge and width of each photo of a row.
 * @param {Row} row @param {ArrayLike<number>} aspects @param {number} width
 * @param {number} gap @param {number} target */
export function placesIn(row, aspects, width, gap, target) {
  const places = [];
  for (let i = row.start, left = 0; i < row.end; i++) {
    const size = row.height * laidOut(aspects[i], width, target);
    places.push({ left, width: size });
    left += size + gap;
  }
  return places;
}

/** Photo of the row above or below that stands nearest; the same photo where there is none.
 * @param {Row[]} rows @param {ArrayLike<number>} aspects @param {number} place
 * @param {number} step @param {number} width @param {number} gap @param {number} target */
export function beside(rows, aspects, place, step, width, gap, target) {
  const at = rowOf(rows, place), next = rows[at + step];
  if (!next) return place;
  const own = placesIn(rows[at], aspects, width, gap, target)[place - rows[at].start];
  const middle = own.left + own.width / 2;
  let best = next.start, least = Infinity;
  placesIn(next, aspects, width, gap, target).forEach((one, i) => {
    const off = Math.abs(one.left + one.width / 2 - middle);
    if (off < least) [best, least] = [next.start + i, off];
  });
  return best;
}
