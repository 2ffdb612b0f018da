import {expect, test} from "vitest";
import {Backoff} from "../src/backoff.ts";
import {Conversation} from "../src/conversation.ts";
import {Refusal} from "../src/errors.ts";
import type {Frame} from "../src/frames.ts";
import type {Rest} from "../src/rest.ts";
import type {Channel, Message} from "../src/types.ts";

const row = (more: Partial<Channel> = {}): Channel => ({
  id: "1", type: "group", name: "Team", owner_id: "ann", created_at: 1, unread_count: 0, hidden: false, last_message_id: null, ...more,
});
const message = (id: string, sender_id = "bob"): Message => ({
  id, channel_id: "1", sender_id, sender_name: sender_id, body: id, attachments: [], inline_emotes: [],
  created_at: 1, edited_at: null, deleted: false, reactions: [],
});
const standing = {channel_id: "1", seq: 4, last_message_id: null};
const frame = (type: string, data: object) => ({type, data}) as Frame;

/** ann's view of a channel; each call to the server is answered by the test, by the end of its path. */
function view(channel = row()) {
  const calls: {path: string; answer: (value: unknown) => void; fail: (fault: unknown) => void}[] = [];
  const call = (_: string, path: string) => new Promise((answer, fail) => calls.push({path: path.split("/").at(-1)!, answer, fail}));
  let stale = 0;
  const c = new Conversation(channel, {
    rest: {call} as unknown as Rest, me: "ann", signal: new AbortController().signal, server: {presence: true},
    typing() {}, stale: () => stale++, moved() {}, backoff: () => new Backoff(),
  });
  const settle = () => new Promise((done) => setTimeout(done));
  /** reply answers the oldest open call of a path. */
  const reply = async (path: string, value: unknown) => {
    const at = calls.findIndex((x) => x.path === path);
    const [x] = calls.splice(at, 1);
    if (value instanceof Error) x!.fail(value);
    else x!.answer(value);
    await settle();
  };
  return {c, calls, reply, state: () => c.state.get(), stale: () => stale};
}

test("the history is read once the subscription stands, so that nothing lies between", async () => {
  const {c, calls, reply, state} = view();
  const opened = c.open();
  expect(calls).toEqual([]);
  c.confirmed(standing, true);
  c.frame(frame("message", message("12")));
  await reply("messages", {messages: [message("12"), message("11")], has_more: false});
  await opened;
  expect(state()).toMatchObject({loaded: true, hasMore: false, messages: [{id: "11"}, {id: "12"}]});
});

test("a discontinuity reads the history anew, and a page of before is not used", async () => {
  const {c, reply, state} = view();
  void c.open();
  c.confirmed(standing, true);
  c.discontinuity();
  await reply("messages", {messages: [message("9")], has_more: false});
  expect(state().messages).toEqual([]);
  await reply("messages", {messages: [message("99")], has_more: true});
  expect(state().messages.map((m) => m.id)).toEqual(["99"]);
});

test("unread follows frames, the own cursor, and rows that are not older", async () => {
  const {c, reply, state, stale} = view(row({unread_count: 2, last_message_id: "10"}));
  void c.open();
  c.confirmed(standing, false);
  await reply("messages", {messages: [message("10")], has_more: false});
  for (const id of ["10", "11", "11"]) c.frame(frame("message", message(id)));
  expect(state().channel.unread_count).toBe(3);
  c.row(row({unread_count: 2, last_message_id: "10"}), performance.now());
  expect(state().channel.unread_count).toBe(3);
  c.frame(frame("message_delete", {id: "11", channel_id: "1", deleted_by: "bob", deleted_at: 1}));
  expect(stale()).toBe(1);
  const begun = performance.now();
  const marked = c.markRead();
  expect(state().channel.unread_count).toBe(0);
  c.row(row({unread_count: 2, last_message_id: "11"}), begun);
  expect(state().channel.unread_count).toBe(0);
  await reply("read", {});
  await marked;
  c.row(row({unread_count: 2, last_message_id: "11"}), begun);
  expect(state().channel.unread_count).toBe(0);
  c.row(row({unread_count: 1, last_message_id: "12"}), performance.now());
  expect(state().channel.unread_count).toBe(1);
  c.frame(frame("message", message("13", "ann")));
  expect(state().channel.unread_count).toBe(0);
});

test("who comes while the list of those present is read is not forgotten", async () => {
  const {c, reply, state} = view();
  void c.open();
  c.confirmed(standing, true);
  c.frame(frame("presence_update", {channel_id: "1", user_id: "bob", presence: "online"}));
  c.frame(frame("presence_update", {channel_id: "1", user_id: "eve", presence: "offline"}));
  await reply("presence", {members: [{user_id: "ann"}, {user_id: "eve"}]});
  expect(state().present).toEqual(new Set(["ann", "bob"]));
  c.offline();
  expect(state().present).toBeUndefined();
});

test("a server without presence is not asked again", async () => {
  const {c, calls, reply, state} = view();
  void c.open();
  c.confirmed(standing, true);
  await reply("presence", new Refusal(404, "NOT_FOUND", ""));
  c.confirmed(standing, false);
  expect(calls.map((x) => x.path)).toEqual(["messages"]);
  expect(state().present).toBeUndefined();
});

test("who is removed sees no more", () => {
  const {c, state} = view();
  c.frame(frame("member_remove", {channel_id: "1", user_id: "ann"}));
  expect(state().gone).toBe("CHAT_NOT_MEMBER");
});
