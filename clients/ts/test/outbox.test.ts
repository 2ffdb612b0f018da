import {afterEach, beforeEach, expect, test, vi} from "vitest";
import {Backoff} from "../src/backoff.ts";
import {Refusal} from "../src/errors.ts";
import {Outbox} from "../src/outbox.ts";
import type {Rest} from "../src/rest.ts";
import type {Message} from "../src/types.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const message = (id: string, body: string) => ({id, body, attachments: []}) as unknown as Message;

/** open is an outbox whose server answers as told: an error is thrown, a message is the answer. */
function open(...answers: (Error | Message)[]) {
  const calls: {body: string; once: string}[] = [];
  const call = async (_verb: string, _path: string, c: {body: {body: string}; once: string}) => {
    calls.push({body: c.body.body, once: c.once});
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const confirmed: string[] = [];
  const box = new Outbox({call} as unknown as Rest, "1", (m) => confirmed.push(m.id), () => {}, new Backoff(100, 1000, () => 1));
  return {box, calls, confirmed};
}

test("a lost answer is asked for again with the same key, and what follows waits", async () => {
  const {box, calls, confirmed} = open(new TypeError("lost"), new Refusal(503, "UNAVAILABLE", ""), message("7", "a"), message("8", "b"));
  box.add({body: "a"});
  box.add({body: "b"});
  expect(box.list.map((p) => p.state)).toEqual(["pending", "pending"]);
  await vi.runAllTimersAsync();
  expect(calls.map((c) => c.body)).toEqual(["a", "a", "a", "b"]);
  expect(new Set(calls.slice(0, 3).map((c) => c.once)).size).toBe(1);
  expect(calls[3]!.once).not.toBe(calls[0]!.once);
  expect(confirmed).toEqual(["7", "8"]);
  expect(box.list).toEqual([]);
});

test("the server's pause is kept", async () => {
  const {box, calls} = open(new Refusal(429, "RATE_LIMITED", "", 5000), message("7", "a"));
  box.add({body: "a"});
  await vi.advanceTimersByTimeAsync(4999);
  expect(calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls).toHaveLength(2);
});

test("what is refused stays as failed and stops nothing; it can be tried again with its key", async () => {
  const {box, calls, confirmed} = open(new Refusal(403, "CHAT_NOT_MEMBER", ""), message("8", "b"), message("9", "a"));
  const key = box.add({body: "a"});
  box.add({body: "b"});
  await vi.runAllTimersAsync();
  expect(box.list).toMatchObject([{key, state: "failed", code: "CHAT_NOT_MEMBER"}]);
  expect(confirmed).toEqual(["8"]);
  box.again(key);
  await vi.runAllTimersAsync();
  expect(calls.map((c) => c.once).filter((k) => k === key)).toHaveLength(2);
  expect(confirmed).toEqual(["8", "9"]);
});

test("a frame that comes before the answer stands for the oldest equal message", async () => {
  const {box} = open(new TypeError("lost"), message("7", "a"), message("8", "a"));
  box.add({body: "a"});
  box.add({body: "a"});
  box.arrive(message("7", "a"));
  box.arrive(message("7", "a"));
  expect(box.list.map((p) => p.arrived)).toEqual(["7", undefined]);
  await vi.runAllTimersAsync();
  expect(box.list).toEqual([]);
});
