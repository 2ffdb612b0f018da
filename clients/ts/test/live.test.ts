import {readFileSync} from "node:fs";
import {afterAll, beforeAll, expect, onTestFinished, test} from "vitest";
import {WebSocket as NodeWebSocket} from "ws";
import {hello} from "../examples/hello.ts";
import {attachmentURL, type Conversation, type ConversationState, type Message, Parley, upload} from "../src/index.ts";
import {Server, token} from "./server.ts";

let server: Server;
beforeAll(async () => {
  server = await Server.start();
}, 300_000);
afterAll(() => server.close());

async function join(user: string): Promise<Parley> {
  const p = new Parley({
    url: server.url, token: () => token(user), WebSocket: NodeWebSocket as unknown as typeof WebSocket, pauses: {first: 50, most: 500},
  });
  onTestFinished(() => p.stop());
  await p.start();
  return p;
}

/** team makes a group of two users and answers how each sees it. */
async function team(): Promise<{ann: Parley; bob: Parley; hers: Conversation; his: Conversation}> {
  const ann = await join("ann");
  const {id} = await ann.rest.call("post", "/v1/channels", {body: {type: "group", name: "Team"}});
  await ann.rest.call("post", "/v1/channels/{channelID}/members", {path: {channelID: id}, body: {user_id: "bob"}});
  const bob = await join("bob");
  for (const p of [ann, bob]) while (!p.conversation(id)) await p.list(); // another's write shows within 2 s (CH-020)
  const [hers, his] = [ann.conversation(id)!, bob.conversation(id)!];
  await Promise.all([opened(hers), opened(his)]);
  return {ann, bob, hers, his};
}

async function opened(c: Conversation): Promise<void> {
  void c.open();
  await until(c, (s) => s.loaded);
}

/** until waits for a state of a conversation. */
function until(c: Conversation, f: (s: ConversationState) => unknown, within = 60_000): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`not seen: ${f}; state ${JSON.stringify({...c.state.get(), messages: c.state.get().messages.length})}`)), within);
    const end = c.state.subscribe((s) => {
      if (!f(s)) return;
      clearTimeout(timer);
      queueMicrotask(() => end());
      done();
    });
  });
}

const bodies = (messages: readonly Message[]) => messages.map((m) => m.body);

test("two users talk, edit, react and delete", async () => {
  const {hers, his} = await team();
  hers.typing();
  await until(his, (s) => s.typists[0]?.name === "ANN");
  hers.send({body: "hello"});
  expect(hers.state.get().pending.map((p) => p.content.body)).toEqual(["hello"]);
  await until(his, (s) => s.messages.length === 1 && s.channel.unread_count === 1 && s.typists.length === 0);
  await until(hers, (s) => s.messages.length === 1 && s.pending.length === 0);
  await his.markRead();
  expect(his.state.get().channel.unread_count).toBe(0);
  const {id} = his.state.get().messages[0]!;
  await hers.edit(id, "hallo");
  await until(his, (s) => s.messages[0]!.body === "hallo");
  await his.react(id, "👍");
  await his.react(id, "👍");
  await until(hers, (s) => s.messages[0]!.reactions[0]?.user_ids[0] === "bob");
  await his.unreact(id, "👍");
  await until(hers, (s) => s.messages[0]!.reactions.length === 0);
  await hers.delete(id);
  await until(his, (s) => s.messages[0]!.deleted);
});

test("the example of the README", async () => {
  const {bob, hers} = await team();
  hers.send({body: "Is somebody here?"});
  await until(hers, (s) => s.messages.length === 1);
  await until(bob.conversation(hers.id)!, (s) => s.messages.length === 1);
  expect(await hello(server.url, async () => token("bob"), "Hello")).toEqual(["ANN: Is somebody here?", "BOB: Hello"]);
  const example = readFileSync(new URL("../examples/hello.ts", import.meta.url), "utf8");
  expect(readFileSync(new URL("../README.md", import.meta.url), "utf8")).toContain(example);
});

test("a message that is refused stays, and can be given up", async () => {
  const {hers} = await team();
  const key = hers.send({body: " "});
  await until(hers, (s) => s.pending[0]?.code === "CHAT_EMPTY_MESSAGE");
  hers.discard(key);
  expect(hers.state.get().pending).toEqual([]);
});

test("an image is sent and shown", async () => {
  const {ann, bob, hers, his} = await team();
  const dot = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  const attachment = await upload(ann.rest, hers.id, new File([dot], "dot.png", {type: "image/png"}));
  hers.send({attachments: [attachment]});
  await until(his, (s) => s.messages[0]?.attachments.length === 1);
  const m = his.state.get().messages[0]!;
  const got = await fetch(await attachmentURL(bob.rest, m, m.attachments[0]!.id, "128"));
  expect(got.headers.get("Content-Type")).toBe("image/png");
});

test("a server that is killed loses, doubles and reorders nothing", async () => {
  const {ann, hers, his} = await team();
  const wanted: Record<string, string[]> = {ann: [], bob: []};
  const say = (who: "ann" | "bob", n: number) => {
    const body = `${who} ${n}`;
    wanted[who]!.push(body);
    (who === "ann" ? hers : his).send({body});
  };
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 40; n++) say(n % 3 ? "ann" : "bob", round * 100 + n);
    const seen = his.state.get().messages.length;
    await until(his, (s) => s.messages.length > seen + 5);
    await server.kill();
    for (let n = 40; n < 50; n++) say(n % 2 ? "ann" : "bob", round * 100 + n);
    await server.run();
  }
  const all = wanted.ann!.length + wanted.bob!.length;
  for (const c of [hers, his]) await until(c, (s) => s.messages.length === all && s.pending.length === 0);

  const history: Message[] = [];
  for (let more = true; more; ) {
    const query = {limit: 100, ...(history.length && {before: history.at(-1)!.id})};
    const page = await ann.rest.call("get", "/v1/channels/{channelID}/messages", {path: {channelID: hers.id}, query});
    history.push(...page.messages);
    more = page.has_more;
  }
  history.reverse();
  for (const c of [hers, his]) expect(bodies(c.state.get().messages)).toEqual(bodies(history));
  for (const who of ["ann", "bob"]) expect(bodies(history.filter((m) => m.sender_id === who))).toEqual(wanted[who]);
}, 180_000);
