/** Justified rows: every photo once, in order, each row exactly as wide as the page. */

/** @typedef {import("./types").Row} Row */

const WIDEST = 4; // a panorama stands on a mat of this shape; so does a very tall photo
const TALLEST = 0.33;

/** Aspect that a photo is laid out with, never so wide or tall that it makes a row of its own.
 * @param {number} aspect @param {number} width @param {number} target */
export function laidOut(aspect, width, target) {
  return Math.max(TALLEST, Math.min(aspect, WIDEST, width / target));
}

/** Whether a photo of this aspect does not fill what it is laid out in.
 * @param {number} aspect @param {number} width @param {number} target */
export function isMatted(aspect, width, target) {
  return laidOut(aspect, width, target) !== aspect;
}

/**
 * Rows as high as the target, nearly: between half and one and a half of it. The last row is left
 * as high as the target where its photos do not fill it.
 * @param {ArrayLike<number>} aspects width to height of each photo
 * @param {number} width @param {number} gap @param {number} target
 * @param {number} together so many photos, one after another, stay in one row
 * @returns {Row[]}
 */
export function packRows(aspects, width, gap, target, together = 1) {
  /** @type {Row[]} */
  const rows = [];
  let start = 0, sum = 0, top = 0;
  for (let i = 0; i < aspects.length; i += together) {
    const end = Math.min(i + together, aspects.length), before = i - start;
    let aspect = 0;
    for (let k = i; k < end; k++) aspect += laidOut(aspects[k], width, target);
    const taken = (width - gap * (end - start - 1)) / (sum + aspect);
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

/**
 * Rows that fill a height as well as they can: those that a target gives, then with fewer photos,
 * which are larger, from the first row on.
 * @param {ArrayLike<number>} aspects @param {number} width @param {number} gap @param {number} target
 * @param {number} most of rows @param {number} room height in pixels @param {number} highest of a row
 */
export function fillRows(aspects, width, gap, target, most, room, highest) {
  /** @param {number[]} counts of photos in each row */
  const packed = (counts) => {
    /** @type {Row[]} */
    const rows = [];
    let start = 0, top = 0;
    for (const count of counts) {
      let sum = 0;
      for (let i = start; i < start + count; i++) sum += laidOut(aspects[i], width, target);
      const height = (width - gap * (count - 1)) / sum;
      rows.push({ start, end: start + count, top, height });
      start += count;
      top += height + gap;
    }
    return rows;
  };
  let best = packRows(aspects, width, gap, target).slice(0, most);
  const counts = best.map((row) => row.end - row.start);
  for (let i = 0; i < counts.length; i++) {
    while (counts[i] > 1) {
      const fewer = packed(counts.map((count, k) => count - (k === i ? 1 : 0)));
      if (totalHeight(fewer) > room || fewer.some((row) => row.height > highest)) break;
      counts[i]--;
      best = fewer;
    }
  }
  return best;
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
