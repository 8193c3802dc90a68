/** Where a photo stands in its frame: fitted, or enlarged around a point. */

/** @typedef {import("./types").View} View */
/** @typedef {[width: number, height: number]} Size */

export const MOST_ZOOM = 4; // screen pixels for one of the photo's
/** @type {View} */
export const FITTED = { zoom: 0, x: 0.5, y: 0.5 };

/** Page pixels for one of the photo's when all of it is seen; small photos are not blown up.
 * @param {Size} photo @param {Size} frame @param {number} density */
export function fitScale(photo, frame, density) {
  return Math.min(frame[0] / photo[0], frame[1] / photo[1], Math.max(1, 2 / density));
}

/** Height that two photos need side by side, or one above the other, in a width.
 * @param {Size[]} photos @param {number} width @param {number} gap @param {boolean} stacked */
export function pairHeight(photos, width, gap, stacked) {
  const column = stacked ? width : (width - gap * (photos.length - 1)) / photos.length;
  const heights = photos.map(([wide, high]) => (column * high) / wide);
  const most = Math.ceil(Math.max(...heights));
  return stacked ? photos.length * most + gap * (photos.length - 1) : most;
}

/** Size and place of the photo in page pixels.
 * @param {View} view @param {Size} photo @param {Size} frame @param {number} density */
export function placed(view, photo, frame, density) {
  const scale = view.zoom ? view.zoom / density : fitScale(photo, frame, density);
  const width = photo[0] * scale, height = photo[1] * scale;
  return { width, height, left: start(width, frame[0], view.x), top: start(height, frame[1], view.y) };
}

/** @param {number} size @param {number} room @param {number} share */
function start(size, room, share) {
  if (size <= room) return (room - size) / 2;
  return Math.min(0, Math.max(room - size, room / 2 - share * size));
}

/** View with its middle inside the photo. @param {View} view @returns {View} */
export function kept(view) {
  const inside = (/** @type {number} */ share) => Math.min(1, Math.max(0, share));
  return { zoom: view.zoom, x: inside(view.x), y: inside(view.y) };
}

/** View after a wheel or two fingers; fitted once the photo is no larger than its frame.
 * @param {View} view @param {number} factor @param {Size} photo @param {Size} frame
 * @param {number} density @returns {View} */
export function zoomed(view, factor, photo, frame, density) {
  const fitted = fitScale(photo, frame, density) * density;
  const zoom = Math.min(MOST_ZOOM, (view.zoom || fitted) * factor);
  return zoom <= fitted * 1.01 ? FITTED : { ...view, zoom };
}
