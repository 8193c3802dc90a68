import assert from "node:assert/strict";
import { test } from "node:test";

import {
  choiceAction, gridAction, isUndo, markOf, TOLD, viewerAction,
} from "../../../dashboard/component/keys.js";
import { Marks, markText } from "../../../dashboard/component/marks.js";

const key = (key, more = {}) =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

function marks() {
  const outbox = { items: [], put: (item) => outbox.items.push(item) };
  return new Marks(outbox, () => {});
}

test("keys mark: P keeps, X leaves out, digits are stars", () => {
  assert.deepEqual(markOf(key("p")), { mark: "flag", value: 1 });
  assert.deepEqual(markOf(key("X")), { mark: "flag", value: -1 });
  assert.deepEqual(markOf(key("5")), { mark: "stars", value: 5 });
  for (const other of ["6", "Enter", "a", "F5"]) assert.equal(markOf(key(other)), null);
});

test("keys of the browser stay the browser’s", () => {
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) {
    const held = (name) => key(name, { [modifier]: true });
    assert.equal(markOf(held("p")), null);
    assert.equal(gridAction(held("s")), null);
    assert.equal(viewerAction(held("f")), null);
    assert.equal(choiceAction(held("ArrowLeft")), null);
  }
  for (const name of ["toString", "constructor", "__proto__", "Tab"]) {
    assert.equal(gridAction(key(name)), null);
  }
});

test("U and Ctrl + Z take back", () => {
  assert.ok(isUndo(key("u")) && isUndo(key("z", { ctrlKey: true })) && isUndo(key("Z", { metaKey: true })));
  assert.ok(!isUndo(key("z")) && !isUndo(key("u", { ctrlKey: true })) && !isUndo(key("u", { altKey: true })));
});

test("each place has its keys", () => {
  assert.equal(gridAction(key(" ")), "open");
  assert.equal(gridAction(key("O")), "stack");
  assert.equal(viewerAction(key("z")), "zoom");
  assert.equal(viewerAction(key("W")), "why");
  assert.equal(choiceAction(key("ArrowDown")), "tie");
});

test("the same mark again takes it away, for one photo and for many", () => {
  const one = marks();
  one.set(["a"], "stars", 3);
  assert.deepEqual(one.of("a"), [0, 3]);
  one.set(["a"], "stars", 3);
  assert.deepEqual(one.of("a"), [0, 0]);
  one.set(["a"], "flag", 1);
  one.set(["a", "b"], "flag", 1);
  assert.deepEqual([one.of("a"), one.of("b")], [[1, 0], [1, 0]]);
  one.set(["a", "b"], "flag", 1);
  assert.deepEqual([one.of("a"), one.of("b")], [[0, 0], [0, 0]]);
});

test("undo brings back what each photo had, and is sent like any mark", () => {
  const one = marks();
  one.use({ a: [1, 2], b: [0, 5] });
  one.set(["a", "b"], "stars", 4);
  assert.ok(one.undo());
  assert.deepEqual([one.of("a"), one.of("b")], [[1, 2], [0, 5]]);
  assert.deepEqual(one.outbox.items.at(-1), { token: "b", mark: "stars", value: 5 });
  assert.ok(!one.undo());
});

test("what is on its way is shown above what is on the disk", () => {
  const one = marks();
  one.set(["a"], "stars", 4);
  one.use({ a: [1, 0] });
  assert.deepEqual(one.of("a"), [1, 4]);
});

test("a mark has words", () => {
  assert.equal(markText("stars", 1), "1 star");
  assert.equal(markText("stars", 0), "no stars");
  assert.equal(markText("flag", -1), "left out");
});

test("each key that is told of does something", () => {
  const named = /** @type {Record<string, string>} */ ({ "←": "ArrowLeft", "→": "ArrowRight",
    "↑": "ArrowUp", "↓": "ArrowDown", Esc: "Escape", "–": "1" });
  for (const [, lines] of TOLD) {
    for (const name of lines.flatMap(([keys]) => keys.split(/\s+/))) {
      const pressed = key(named[name] ?? name);
      const known = gridAction(pressed) ?? viewerAction(pressed) ?? markOf(pressed) ?? isUndo(pressed);
      assert.ok(known, name);
    }
  }
});
