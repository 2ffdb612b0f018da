import {Backoff} from "./backoff.ts";
import {Conversation} from "./conversation.ts";
import {insist} from "./insist.ts";
import {Rest} from "./rest.ts";
import {Socket, type SocketOptions, type Status} from "./socket.ts";
import {Store} from "./store.ts";
import {type TokenProvider, Tokens} from "./tokens.ts";
import type {Channel} from "./types.ts";

export interface ParleyOptions {
  /** Where the server is, as https://chat.example.com. */
  url: string;
  /** Asked for a token of the user, at the start and whenever the last one ends. */
  token: TokenProvider;
  fetch?: typeof globalThis.fetch;
  WebSocket?: SocketOptions["WebSocket"];
  /** The bounds of the pauses between two tries, in milliseconds. */
  pauses?: {first: number; most: number};
}

/** How often the list of channels is read anew to find those that the user was added to, in milliseconds. */
const listEvery = 60_000;
const listSoon = 100;

/** Parley is a user at a server: the channels, each with what happens in it. */
export class Parley {
  readonly rest: Rest;
  readonly status = new Store<Status>("stopped");
  /** The user's channels with their unread counts, the latest activity first. */
  readonly channels = new Store<readonly Channel[]>([]);
  /** The user id, known after `start`. */
  me = "";
  private readonly tokens: Tokens;
  private readonly socket: Socket;
  private readonly conversations = new Map<string, Conversation>();
  private readonly leaving = new Map<string, () => void>();
  private readonly server = {presence: true};
  private order: string[] = [];
  private reading: Promise<void> = Promise.resolve();
  private readonly life = new AbortController();
  private soon: ReturnType<typeof setTimeout> | undefined;
  private every: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: ParleyOptions) {
    this.tokens = new Tokens(options.token);
    this.rest = new Rest(options.url.replace(/\/$/, ""), this.tokens, options.fetch);
    this.socket = new Socket(this.rest, {WebSocket: options.WebSocket, backoff: this.backoff()});
  }

  /** start connects, and answers when the list of channels is there: at once, or when the server is. */
  async start(): Promise<void> {
    this.me = await insist(() => this.tokens.user(), this.life.signal, this.backoff());
    this.socket.watch((s) => this.changed(s));
    this.socket.start();
    this.every = setInterval(this.stale, listEvery);
    await this.list();
  }

  /** stop ends everything; a stopped client stays so. */
  stop(): void {
    this.life.abort();
    clearTimeout(this.soon);
    clearInterval(this.every);
    this.socket.stop();
    for (const c of this.conversations.values()) c.leave();
  }

  /** conversation is a channel of the list. */
  conversation(id: string): Conversation | undefined {
    return this.conversations.get(id);
  }

  /** connectNow ends a pause between two tries. */
  connectNow(): void {
    this.socket.connectNow();
  }

  /** list reads the channels anew, after those readings that are under way. */
  list(): Promise<void> {
    return (this.reading = this.reading.catch(() => {}).then(() => this.read()));
  }

  private async read(): Promise<void> {
    const begun = performance.now();
    const rows = await insist(() => this.rest.call("get", "/v1/channels"), this.life.signal, this.backoff());
    for (const row of rows) this.meet(row, begun);
    for (const id of [...this.conversations.keys()]) if (!rows.some((r) => r.id === id)) this.part(id);
    this.order = rows.map((r) => r.id);
    this.show();
  }

  private meet(row: Channel, begun: number): void {
    const known = this.conversations.get(row.id);
    if (known && !known.state.get().gone) return known.row(row, begun);
    if (known) this.part(row.id);
    const c = new Conversation(row, {
      rest: this.rest,
      me: this.me,
      signal: this.life.signal,
      server: this.server,
      typing: (channel) => this.socket.typing(channel),
      stale: this.stale,
      moved: (channel, active) => this.moved(channel, active),
      backoff: () => this.backoff(),
    });
    this.conversations.set(row.id, c);
    this.leaving.set(row.id, this.socket.subscribe(row.id, c));
  }

  private part(id: string): void {
    this.leaving.get(id)?.();
    this.conversations.get(id)?.leave();
    this.conversations.delete(id);
    this.leaving.delete(id);
  }

  private moved(channel: string, active: boolean): void {
    if (active) this.order = [channel, ...this.order.filter((id) => id !== channel)];
    this.show();
  }

  private show(): void {
    this.channels.set(this.order.flatMap((id) => this.conversations.get(id)?.state.get().channel ?? []));
  }

  /** stale reads the list soon, once for all who ask meanwhile. */
  private readonly stale = (): void => {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => void this.list().catch(() => {}), listSoon); // a fault here: stopped, or refused for good
  };

  private changed(status: Status): void {
    const again = status === "online" && this.status.get() !== "stopped";
    this.status.set(status);
    if (status === "waiting") for (const c of this.conversations.values()) c.offline();
    if (!again) return;
    this.stale();
    for (const c of this.conversations.values()) c.online();
  }

  private backoff(): Backoff {
    const {first, most} = this.options.pauses ?? {first: 250, most: 10_000};
    return new Backoff(first, most);
  }
}
