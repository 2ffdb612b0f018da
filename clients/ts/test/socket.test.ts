import {afterEach, beforeEach, expect, test, vi} from "vitest";
import {Backoff} from "../src/backoff.ts";
import type {Rest} from "../src/rest.ts";
import {Socket} from "../src/socket.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakeSocket {
  static all: FakeSocket[] = [];
  sent: {type: string; data?: {channel_id: string; after?: number}}[] = [];
  closed = false;
  onopen = () => {};
  onclose: (() => void) | null = null;
  onmessage = (_: {data: string}) => {};
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  say(type: string, data: object, more = {}) {
    this.onmessage({data: JSON.stringify({type, data, ...more})});
  }
}

/** online is a socket with its first connection; tickets are numbered. */
async function online(refuse = 0) {
  FakeSocket.all = [];
  let tickets = 0;
  const call = async () => {
    if (refuse-- > 0) throw new TypeError("no server");
    return {data: {ticket: `t${++tickets}`, expires_at: 0}};
  };
  const socket = new Socket({url: "http://x", call} as unknown as Rest, {WebSocket: FakeSocket as never, backoff: new Backoff(100, 1000, () => 1)});
  socket.start();
  await vi.advanceTimersByTimeAsync(0);
  return socket;
}
const last = () => FakeSocket.all.at(-1)!;
const listener = (seen: string[]) => ({
  frame: (f: {event_id?: string; type: string}) => seen.push(f.event_id ?? f.type),
  discontinuity: () => seen.push("discontinuity"),
  refused: (code: string) => seen.push(code),
});
const subscribes = () => last().sent.filter((f) => f.type === "subscribe").map((f) => f.data);

test("each connection has a ticket of its own and resumes what was seen", async () => {
  const socket = await online();
  const seen: string[] = [];
  socket.subscribe("7", listener(seen));
  expect(last().url).toBe("ws://x/v1/ws?ticket=t1");
  last().onopen();
  expect(subscribes()).toEqual([{channel_id: "7"}]);
  last().say("subscribed", {channel_id: "7", seq: 3, last_message_id: null});
  last().say("other", {channel_id: "7", event: "x"}, {event_id: "7-4", seq: 4});
  last().onclose!();
  expect(socket.status).toBe("waiting");
  await vi.advanceTimersByTimeAsync(100);
  expect(last().url).toBe("ws://x/v1/ws?ticket=t2");
  last().onopen();
  expect(subscribes()).toEqual([{channel_id: "7", after: 3}]);
  last().say("subscribed", {channel_id: "7", seq: 5, last_message_id: null});
  for (const seq of [4, 5]) last().say("other", {channel_id: "7", event: "x"}, {event_id: `7-${seq}`, seq});
  expect(seen).toEqual(["7-4", "7-5"]);
});

test("a server that is away is asked again after growing pauses", async () => {
  const socket = await online(3);
  expect(FakeSocket.all).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(100 + 200);
  expect(FakeSocket.all).toHaveLength(0);
  expect(socket.status).toBe("waiting");
  await vi.advanceTimersByTimeAsync(400);
  expect(FakeSocket.all).toHaveLength(1);
});

test("a heartbeat goes out every 30 s, and a connection that does not answer is given up", async () => {
  const socket = await online();
  const first = last();
  first.onopen();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(first.sent).toEqual([{type: "heartbeat"}]);
  first.say("heartbeat_ack", {server_time: 1});
  await vi.advanceTimersByTimeAsync(30_000);
  expect(first.sent).toHaveLength(2);
  expect(socket.status).toBe("online");
  await vi.advanceTimersByTimeAsync(15_000);
  expect(first.closed).toBe(true);
  expect(socket.status).toBe("waiting");
});

test("a subscription is tried again when the server is busy, and given up when the user may not", async () => {
  const socket = await online();
  last().onopen();
  const seen: string[] = [];
  socket.subscribe("7", listener(seen));
  last().say("error", {code: "RATE_LIMITED", message: "", channel_id: "7"});
  await vi.advanceTimersByTimeAsync(2_000);
  expect(subscribes()).toHaveLength(2);
  last().say("error", {code: "CHAT_NOT_MEMBER", message: "", channel_id: "7"});
  await vi.advanceTimersByTimeAsync(2_000);
  expect(subscribes()).toHaveLength(2);
  expect(seen).toEqual(["CHAT_NOT_MEMBER"]);
});

test("frames that are missing are asked for", async () => {
  const socket = await online();
  last().onopen();
  const seen: string[] = [];
  socket.subscribe("7", listener(seen));
  last().say("subscribed", {channel_id: "7", seq: 3, last_message_id: null});
  last().say("other", {channel_id: "7", event: "x"}, {event_id: "7-6", seq: 6});
  expect(subscribes().at(-1)).toEqual({channel_id: "7", after: 3});
  last().say("subscribed", {channel_id: "7", seq: 6, last_message_id: null});
  last().say("discontinuity", {channel_id: "7", seq: 6, last_message_id: null});
  expect(seen).toEqual(["discontinuity"]);
});

test("a stopped socket stays silent", async () => {
  const socket = await online();
  last().onopen();
  socket.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(last().closed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
