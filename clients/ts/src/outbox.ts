import {Backoff} from "./backoff.ts";
import {Refusal, temporary} from "./errors.ts";
import {newKey} from "./ids.ts";
import type {Rest} from "./rest.ts";
import type {Message, NewMessage} from "./types.ts";

/** Pending is a message on its way. */
export interface Pending {
  /** The once-key: every try has the same, so the message is there once (CH-306). */
  readonly key: string;
  readonly content: NewMessage;
  /** When it was written, in milliseconds. */
  readonly since: number;
  /** `failed`: the server has refused it, as `code` says. */
  readonly state: "pending" | "failed";
  readonly code?: string;
  /** The id of a message that has arrived and has to be this one; the answer will tell. */
  readonly arrived?: string;
}

/**
 * Outbox sends the messages of a channel one after the other, in the order in which they were written, each until the
 * server has answered.
 */
export class Outbox {
  list: readonly Pending[] = [];
  private working = false;
  private stopped = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly rest: Rest,
    private readonly channel: string,
    private readonly confirmed: (m: Message) => void,
    private readonly changed: () => void,
    private readonly backoff: Backoff,
  ) {}

  /** add queues a message and answers its key. */
  add(content: NewMessage): string {
    const key = newKey();
    this.update([...this.list, {key, content, since: Date.now(), state: "pending"}]);
    void this.work();
    return key;
  }

  /** again tries a failed message once more. A new try of the same wish has the same key. */
  again(key: string): void {
    this.update(this.list.map((p) => (p.key === key ? {key, content: p.content, since: p.since, state: "pending"} : p)));
    void this.work();
  }

  /** discard gives a failed message up. */
  discard(key: string): void {
    this.update(this.list.filter((p) => p.key !== key || p.state !== "failed"));
  }

  /** arrive notes a message of the user's own that may be the oldest one on its way: it need not be shown twice. */
  arrive(m: Message): void {
    if (this.list.some((p) => p.arrived === m.id)) return;
    const p = this.list.find((p) => p.state === "pending" && !p.arrived && same(p.content, m));
    if (p) this.update(this.list.map((x) => (x === p ? {...p, arrived: m.id} : x)));
  }

  /** hurry ends a pause between two tries. */
  hurry(): void {
    this.wake?.();
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let next; !this.stopped && (next = this.list.find((p) => p.state === "pending")); ) await this.send(next);
    this.working = false;
  }

  private async send(p: Pending): Promise<void> {
    try {
      const m = await this.rest.call("post", "/v1/channels/{channelID}/messages", {path: {channelID: this.channel}, body: p.content, once: p.key});
      this.backoff.reset();
      this.list = this.list.filter((x) => x.key !== p.key);
      this.confirmed(m);
    } catch (fault) {
      if (temporary(fault)) return this.pause(Math.max(this.backoff.next(), fault instanceof Refusal ? fault.retryAfter : 0));
      const code = (fault as Refusal).code;
      this.update(this.list.map((x) => (x.key === p.key ? {key: x.key, content: x.content, since: x.since, state: "failed", code} : x)));
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.wake = () => (clearTimeout(timer), done());
    });
  }

  private update(list: readonly Pending[]): void {
    this.list = list;
    this.changed();
  }
}

function same(content: NewMessage, m: Message): boolean {
  const assets = (content.attachments ?? []).map((a) => String(a.asset_id));
  return (content.body ?? "") === m.body && assets.join() === m.attachments.map((a) => a.asset_id).join();
}
