/**
 * Field that sends a folder's photos to the server, one after another.
 * It is inlined in the page, and imports nothing.
 *
 * @typedef {{to: string, suffixes: string[], most: number}} SendingData
 * @param {{data: SendingData, parentElement: ShadowRoot | HTMLElement,
 *   setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement | null} */ (parentElement.querySelector("#root"));
  if (!root || root.dataset.to === data.to) return;
  root.dataset.to = data.to;
  root.replaceChildren();
  const label = make("label", "A folder of photos");
  const field = make("input");
  field.type = "file";
  field.multiple = true;
  field.webkitdirectory = true;
  label.append(field);
  const single = make("label", "or single photos");
  const files = make("input");
  files.type = "file";
  files.multiple = true;
  files.accept = data.suffixes.join(",");
  single.append(files);
  const bar = make("progress");
  bar.hidden = true;
  const said = make("p", "");
  said.setAttribute("role", "status");
  root.append(label, single, bar, said);
  for (const one of [field, files]) one.addEventListener("change", () => send([...one.files ?? []]));

  /** @param {File[]} chosen */
  async function send(chosen) {
    const photos = chosen.filter((file) => data.suffixes.some((end) => file.name.toLowerCase().endsWith(end)));
    if (!photos.length) { said.textContent = "There is no photo in it."; return; }
    if (photos.length > data.most) {
      said.textContent = `At most ${data.most} photos are taken at once; these are ${photos.length}.`;
      return;
    }
    field.disabled = files.disabled = true;
    bar.hidden = false;
    bar.max = photos.length;
    const refused = [];
    for (const [place, file] of photos.entries()) {
      bar.value = place;
      said.textContent = `${place} of ${photos.length} sent`;
      const name = encodeURIComponent(file.webkitRelativePath || file.name);
      const why = await put(`${data.to}?name=${name}`, file);
      if (why) refused.push([file.name, why]);
    }
    bar.value = photos.length;
    said.textContent = `${photos.length - refused.length} of ${photos.length} sent`;
    setTriggerValue("sent", { n: photos.length - refused.length, refused: refused.slice(0, 100) });
  }
}

/** @param {string} url @param {File} file @returns {Promise<string>} why it was not taken, or "" */
async function put(url, file) {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const answer = await fetch(url, { method: "PUT", body: file });
      return answer.ok ? "" : await answer.text() || `refused (${answer.status})`;
    } catch {
      await new Promise((then) => setTimeout(then, 1000 * (attempt + 1)));
    }
  }
  return "the server could not be reached";
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {string} [text] @returns {HTMLElementTagNameMap[K]}
 */
function make(tag, text = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
