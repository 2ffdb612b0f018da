import {Refusal} from "./errors.ts";
import type {paths} from "./schema.ts";
import type {Tokens} from "./tokens.ts";

type Verb = "get" | "post" | "put" | "delete";
type PathsWith<V extends Verb> = {[P in keyof paths]: paths[P] extends Record<V, {responses: unknown}> ? P : never}[keyof paths];
type Json<T> = T extends {content: {"application/json": infer Body}} ? Body : undefined;
type Answers<O> = O extends {responses: infer R} ? {[S in keyof R & (200 | 201 | 204)]: Json<R[S]>}[keyof R & (200 | 201 | 204)] : never;
type Part<O, K extends string> = O extends {parameters: infer P} ? (K extends keyof P ? P[K] : undefined) : undefined;
type Sent<O> = O extends {requestBody?: infer B} ? Json<NonNullable<B>> : undefined;

/** What a call is made of besides its path. */
export interface Call<O> {
  path?: Part<O, "path">;
  query?: Part<O, "query">;
  body?: Sent<O>;
  /** Idempotency-Key: a repeat with the same key has no second effect (CH-306). */
  once?: string;
  signal?: AbortSignal;
}

/** How long an answer may take, in milliseconds. */
const patience = 15_000;

/**
 * Rest calls the HTTP API, typed by its description. A refused token is renewed once; any other refusal is thrown as a
 * `Refusal`, a broken connection as what `fetch` throws.
 */
export class Rest {
  constructor(
    readonly url: string,
    private readonly tokens: Tokens,
    private readonly fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis),
  ) {}

  async call<V extends Verb, P extends PathsWith<V>>(verb: V, path: P, call: Call<paths[P][V]> = {}): Promise<Answers<paths[P][V]>> {
    const token = await this.tokens.get();
    const answer = await this.send(verb, path, call, token);
    if (answer.status !== 401) return read(answer);
    this.tokens.drop(token);
    return read(await this.send(verb, path, call, await this.tokens.get()));
  }

  private send(verb: Verb, path: string, call: Call<unknown>, token: string): Promise<Response> {
    const headers: Record<string, string> = {Authorization: `Bearer ${token}`};
    if (call.body !== undefined) headers["Content-Type"] = "application/json";
    if (call.once) headers["Idempotency-Key"] = call.once;
    const limit = AbortSignal.timeout(patience);
    return this.fetch(this.url + fill(path, call.path) + search(call.query), {
      method: verb.toUpperCase(),
      headers,
      ...(call.body !== undefined && {body: JSON.stringify(call.body)}),
      signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit,
    });
  }
}

/** fill puts the parameters into a path. */
function fill(path: string, values: unknown): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((values as Record<string, unknown>)[name])));
}

function search(query: unknown): string {
  const given = Object.entries(query ?? {}).filter(([, v]) => v !== undefined && v !== null);
  return given.length ? "?" + new URLSearchParams(given.map(([k, v]) => [k, String(v)])) : "";
}

/** read takes the JSON of an answer, or throws the refusal that it is. */
async function read<T>(answer: Response): Promise<T> {
  if (answer.status === 204) return undefined as T;
  const body = await answer.json().catch(() => undefined);
  if (answer.ok) return body as T;
  const {code = "INTERNAL", message = answer.statusText} = body?.error ?? {};
  throw new Refusal(answer.status, code, message, 1000 * Number(answer.headers.get("Retry-After") ?? 0));
}
