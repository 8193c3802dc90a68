import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../../../dashboard/component/outbox.js";

class Memory {
  kept = new Map();
  getItem(name) { return this.kept.get(name) ?? null; }
  setItem(name, text) { this.kept.set(name, text); }
  removeItem(name) { this.kept.delete(name); }
}

const seqs = (box) => box.items.map((item) => item.seq);

test("the first press goes at once, and those soon after it together, in their order", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [], box = new Outbox("a", new Memory());
  box.connect((value) => sent.push(structuredClone(value)), null);
  for (let value = 0; value < 5; value++) {
    box.put({ value });
    t.mock.timers.tick(40);
    assert.equal(sent.length, 1);
  }
  assert.deepEqual(sent[0].items.map((item) => item.value), [0]);
  t.mock.timers.tick(100);
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[1].items.map((item) => item.value), [0, 1, 2, 3, 4]);
  t.mock.timers.tick(1000);
  assert.equal(sent.length, 2); // nothing new was pressed
});

test("one press that marks many photos is sent whole", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [], box = new Outbox("a", new Memory());
  box.connect((value) => sent.push(structuredClone(value)), null);
  for (let value = 0; value < 5; value++) box.put({ value });
  t.mock.timers.tick(0);
  assert.deepEqual(sent[0].items.map((item) => item.value), [0, 1, 2, 3, 4]);
});

test("what is not acknowledged is sent again, and what is acknowledged is not", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [], post = (value) => sent.push(structuredClone(value));
  let unanswered = 0;
  const box = new Outbox("a", new Memory(), 250, () => unanswered++);
  box.connect(post, null);
  box.put({});
  box.put({});
  t.mock.timers.tick(250);
  box.connect(post, { client: box.client, seq: 1 });
  assert.deepEqual(seqs(box), [2]);
  t.mock.timers.tick(3000);
  assert.deepEqual(sent.at(-1).items.map((item) => item.seq), [2]);
  assert.equal(unanswered, 1);
  box.connect(post, { client: box.client, seq: 2 });
  t.mock.timers.tick(60000);
  assert.equal(sent.length, 2);
});

test("another client’s acknowledgement, as of a session before, takes nothing away", () => {
  const box = new Outbox("a", new Memory());
  box.connect(() => {}, null);
  box.put({});
  box.connect(() => {}, { client: "another", seq: 99 });
  assert.deepEqual(seqs(box), [1]);
  box.end();
});

test("a page that is loaded again sends what the page before could not", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const storage = new Memory(), before = new Outbox("a", storage), sent = [];
  before.put({ value: 7 });
  const after = new Outbox("a", storage);
  assert.equal(after.client, before.client);
  after.connect((value) => sent.push(value), null);
  t.mock.timers.tick(1);
  assert.equal(sent[0].items[0].value, 7);
  after.put({ value: 8 });
  assert.deepEqual(seqs(after), [1, 2]);
  assert.equal(new Outbox("b", storage).items.length, 0);
});

test("leaving the page sends at once, and a browser that keeps nothing is no error", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const full = { getItem: () => "no JSON", setItem() { throw new Error("full"); }, removeItem() {} };
  const sent = [], box = new Outbox("a", full);
  box.connect((value) => sent.push(value), null);
  box.put({});
  box.flush();
  assert.equal(sent.length, 1);
});

test("an outbox that has ended sends no more, and the next of its name has the rest", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const storage = new Memory(), sent = [];
  const box = new Outbox("a", storage);
  box.connect((value) => sent.push(structuredClone(value)), null);
  box.put({});
  box.end();
  t.mock.timers.tick(20_000);
  assert.equal(sent.length, 1);
  assert.deepEqual(seqs(new Outbox("a", storage)), [1]);
  box.connect((value) => sent.push(structuredClone(value)), { client: box.client, seq: 1 });
  box.put({});
  t.mock.timers.tick(0);
  assert.deepEqual(sent.at(-1).items.map((item) => item.seq), [2]); // as one that begins
});
