import {afterEach, beforeEach, expect, test, vi} from "vitest";
import {Throttle, Typists} from "../src/typing.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("key strokes become a signal every 3 s", () => {
  let signals = 0;
  const t = new Throttle(() => signals++);
  for (let ms = 0; ms < 9_000; ms += 100) {
    t.hit();
    vi.advanceTimersByTime(100);
  }
  expect(signals).toBe(3);
  t.rest();
  t.hit();
  expect(signals).toBe(4);
});

test("a typist is forgotten 6 s after the last signal, or at once", () => {
  const t = new Typists(() => {});
  t.signal("ann", "Ann");
  t.signal("bob", "Bob");
  vi.advanceTimersByTime(5_000);
  t.signal("ann", "Ann");
  vi.advanceTimersByTime(1_000);
  expect(t.list.map((x) => x.name)).toEqual(["Ann"]);
  t.end("ann");
  expect(t.list).toEqual([]);
});
