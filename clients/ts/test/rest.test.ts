import {expect, test} from "vitest";
import {Backoff} from "../src/backoff.ts";
import {Refusal} from "../src/errors.ts";
import {Rest} from "../src/rest.ts";
import {Tokens} from "../src/tokens.ts";

function answering(...answers: Response[]) {
  const seen: Request[] = [];
  const rest = new Rest("http://x", new Tokens(() => `token ${seen.length}`), async (input, init) => {
    seen.push(new Request(input as string, init));
    return answers.shift()!;
  });
  return {rest, seen};
}

test("a request is put together as the description says", async () => {
  const {rest, seen} = answering(Response.json({messages: [], has_more: false}));
  await rest.call("get", "/v1/channels/{channelID}/messages", {path: {channelID: "a/b"}, query: {limit: 5, before: undefined}});
  expect(seen[0]!.url).toBe("http://x/v1/channels/a%2Fb/messages?limit=5");
  expect(seen[0]!.headers.get("Authorization")).toBe("Bearer token 0");
});

test("a refused token is renewed once", async () => {
  const {rest, seen} = answering(new Response(null, {status: 401}), Response.json([]));
  expect(await rest.call("get", "/v1/channels")).toEqual([]);
  expect(seen.map((r) => r.headers.get("Authorization"))).toEqual(["Bearer token 0", "Bearer token 1"]);
});

test("a refusal has the server's code and pause", async () => {
  const body = {data: null, error: {code: "RATE_LIMITED", message: "slow"}};
  const {rest} = answering(Response.json(body, {status: 429, headers: {"Retry-After": "2"}}));
  const fault = await rest.call("get", "/v1/channels").catch((e: unknown) => e);
  expect(fault).toBeInstanceOf(Refusal);
  expect(fault).toMatchObject({status: 429, code: "RATE_LIMITED", retryAfter: 2000, temporary: true});
});

test("a token is kept until shortly before its end", async () => {
  let asked = 0;
  const ending = (s: number) => `x.${btoa(JSON.stringify({sub: "ann", exp: Math.floor(Date.now() / 1000) + s}))}.y`;
  const times = [3600, 10];
  const tokens = new Tokens(() => (asked++, ending(times.pop() ?? 3600)));
  await Promise.all([tokens.get(), tokens.get()]);
  expect(asked).toBe(1);
  expect(await tokens.user()).toBe("ann"); // 10 s are too few
  expect(asked).toBe(2);
  await tokens.get();
  expect(asked).toBe(2);
});

test("pauses grow to their bound and never vanish", () => {
  for (const random of [0, 0.5, 0.999]) {
    const b = new Backoff(100, 1000, () => random);
    const pauses = Array.from({length: 8}, () => b.next());
    for (const p of pauses) expect(p).toBeGreaterThanOrEqual(50);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1000);
    expect(pauses).toEqual([...pauses].sort((a, c) => a - c));
  }
});
