import {describe, expect, test} from "vitest";
import type {Frame} from "../src/frames.ts";
import {Subscription} from "../src/subscription.ts";

function subscribed(seq: number) {
  const seen: string[] = [];
  const s = new Subscription("1", {frame: (f) => seen.push(f.event_id ?? f.type), discontinuity: (d) => seen.push(`from ${d.seq}`)});
  s.confirm({channel_id: "1", seq, last_message_id: null});
  return {s, seen};
}
const frame = (seq: number, part = "") => ({type: "other", event_id: `1-${seq}${part}`, seq, data: {channel_id: "1", event: "x"}}) as Frame;

describe("a subscription", () => {
  test("passes frames on in order, each once", () => {
    const {s, seen} = subscribed(4);
    for (const f of [frame(4), frame(5), frame(5), frame(4), frame(6)]) expect(s.take(f)).toBe(true);
    expect(seen).toEqual(["1-5", "1-6"]);
  });
  test("asks for nothing but the channel at first, then for what it has not seen", () => {
    expect(new Subscription("1", {frame() {}, discontinuity() {}}).request()).toEqual({channel_id: "1"});
    expect(subscribed(4).s.request()).toEqual({channel_id: "1", after: 4});
  });
  test("asks again for an event whose frames were cut apart, and drops what it had", () => {
    const {s, seen} = subscribed(4);
    s.take(frame(5));
    expect(s.request()).toEqual({channel_id: "1", after: 4});
    s.take(frame(6)); // of the old connection: not confirmed yet
    s.confirm({channel_id: "1", seq: 5, last_message_id: null});
    for (const f of [frame(5), frame(5, ".1"), frame(6)]) s.take(f);
    expect(seen).toEqual(["1-5", "1-5.1", "1-6"]);
  });
  test("notices a gap", () => {
    const {s, seen} = subscribed(4);
    expect(s.take(frame(6))).toBe(false);
    expect(seen).toEqual([]);
  });
  test("goes on behind a discontinuity", () => {
    const {s, seen} = subscribed(4);
    s.request();
    s.confirm({channel_id: "1", seq: 90, last_message_id: null});
    s.restart({channel_id: "1", seq: 90, last_message_id: null});
    expect(s.take(frame(91))).toBe(true);
    expect(seen).toEqual(["from 90", "1-91"]);
  });
  test("lets through what has no place in the order", () => {
    const {s, seen} = subscribed(4);
    s.take({type: "typing", data: {channel_id: "1", user_id: "ann", display_name: "Ann"}});
    expect(seen).toEqual(["typing"]);
  });
});
