import {describe, expect, test} from "vitest";
import {bury, empty, extend, type History, place, react} from "../src/history.ts";
import type {Message} from "../src/types.ts";

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id, channel_id: "1", sender_id: "ann", sender_name: "Ann", body: id, attachments: [], inline_emotes: [],
  created_at: 1, edited_at: null, deleted: false, reactions: [], ...more,
});
const ids = (h: History) => h.messages.map((m) => m.id);
const loaded = (...list: string[]): History => ({messages: list.map((id) => message(id)), hasMore: true});
const change = (user_id: string, count: number) => ({channel_id: "1", message_id: "9", user_id, emote_asset_id: "x", count});

describe("place", () => {
  test.each([
    ["at the end", loaded("9", "10"), "11", ["9", "10", "11"]],
    ["as an integer, not as text", loaded("9", "11"), "10", ["9", "10", "11"]],
    ["once", loaded("9", "10"), "10", ["9", "10"]],
    ["not when it is older than what is loaded", loaded("9", "10"), "8", ["9", "10"]],
    ["as the oldest when all is loaded", {...loaded("9"), hasMore: false}, "8", ["8", "9"]],
    ["as the first of all", empty, "8", ["8"]],
  ])("%s", (_, h, id, then) => expect(ids(place(h, message(id)))).toEqual(then));

  test("what is older does not undo an edit or a deletion", () => {
    const edited = {...loaded(), messages: [message("9", {body: "new", edited_at: 5})]};
    expect(place(edited, message("9", {body: "old"})).messages[0]!.body).toBe("new");
    expect(place(bury(edited, "9"), message("9", {body: "old", edited_at: 7})).messages[0]!.deleted).toBe(true);
  });
});

test("a page is put before what is there, without repeats", () => {
  const h = extend(loaded("9", "10"), {messages: [message("9"), message("8"), message("7")], has_more: false});
  expect(ids(h)).toEqual(["7", "8", "9", "10"]);
  expect(h.hasMore).toBe(false);
});

test("reactions follow their frames, whose repeats change nothing", () => {
  let h = loaded("9");
  for (const _ of [1, 2]) h = react(h, change("ann", 1), true);
  h = react(h, change("bob", 2), true);
  expect(h.messages[0]!.reactions).toEqual([{emote_asset_id: "x", count: 2, user_ids: ["ann", "bob"]}]);
  h = react(h, change("ann", 1), false);
  expect(h.messages[0]!.reactions[0]!.user_ids).toEqual(["bob"]);
  for (const _ of [1, 2]) h = react(h, change("bob", 0), false);
  expect(h.messages[0]!.reactions).toEqual([]);
});

test("a tombstone keeps nothing but who and when", () => {
  const h = bury(react(loaded("9"), change("ann", 1), true), "9");
  expect(h.messages[0]).toMatchObject({body: "", deleted: true, reactions: [], sender_id: "ann"});
});
