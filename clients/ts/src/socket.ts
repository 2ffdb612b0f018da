import {Backoff} from "./backoff.ts";
import type {Answer, Frame} from "./frames.ts";
import type {Rest} from "./rest.ts";
import {type Listener, Subscription} from "./subscription.ts";

/** Status of the connection: `waiting` is between two tries. */
export type Status = "stopped" | "connecting" | "online" | "waiting";

export interface SocketOptions {
  /** A WebSocket class; the global one if there is one (browsers, Node 22), `ws` on Node 20. */
  WebSocket?: new (url: string) => WebSocket;
  backoff?: Backoff;
}

/** Times in milliseconds. */
const heartbeatEvery = 30_000; // CH-804
const silenceAfterHeartbeat = 15_000;
const openWithin = 15_000;
const stableAfter = 5_000;
const subscribeAgainAfter = 1_000;

/** Codes after which a subscription is not tried again. */
const finalCodes = new Set(["CHAT_NOT_MEMBER", "CHAT_CHANNEL_NOT_FOUND", "TOO_MANY_SUBSCRIPTIONS", "INVALID_REQUEST"]);

/** Socket keeps one connection, makes it again when it ends, and resumes every subscription where it was. */
export class Socket {
  status: Status = "stopped";
  private ws: WebSocket | undefined;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly watchers = new Set<(status: Status) => void>();
  private readonly backoff: Backoff;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  /** Counts connections, so that what an old one still says is not heard. */
  private generation = 0;

  constructor(private readonly rest: Rest, private readonly options: SocketOptions = {}) {
    this.backoff = options.backoff ?? new Backoff();
  }

  start(): void {
    if (this.status !== "stopped") return;
    globalThis.addEventListener?.("online", this.connectNow);
    void this.connect();
  }

  stop(): void {
    globalThis.removeEventListener?.("online", this.connectNow);
    this.end();
    this.set("stopped");
  }

  /** connectNow ends a pause between two tries. */
  connectNow = (): void => {
    if (this.status === "waiting") void this.connect();
  };

  /** watch is called with the status, now and when it changes; the answer ends it. */
  watch(f: (status: Status) => void): () => void {
    this.watchers.add(f);
    f(this.status);
    return () => this.watchers.delete(f);
  }

  /** subscribe listens to a channel until the answer is called. There is one listener for each channel. */
  subscribe(channel: string, listener: Listener): () => void {
    const s = new Subscription(channel, listener);
    this.subscriptions.set(channel, s);
    this.send("subscribe", s.request());
    return () => {
      if (this.subscriptions.get(channel) !== s) return;
      this.subscriptions.delete(channel);
      this.send("unsubscribe", {channel_id: channel});
    };
  }

  /** typing tells that the user writes; it is lost when there is no connection. */
  typing(channel: string): void {
    this.send("typing", {channel_id: channel});
  }

  private send(type: string, data?: object): void {
    if (this.status === "online") this.ws?.send(JSON.stringify({type, data}));
  }

  private set(status: Status): void {
    if (status === this.status) return;
    this.status = status;
    for (const f of this.watchers) f(status);
  }

  private async connect(): Promise<void> {
    this.end();
    const mine = this.generation;
    this.set("connecting");
    try {
      const {data} = await this.rest.call("post", "/v1/auth/ws-ticket");
      if (mine === this.generation) this.open(data.ticket, mine);
    } catch {
      if (mine === this.generation) this.wait();
    }
  }

  private open(ticket: string, mine: number): void {
    const Class = this.options.WebSocket ?? globalThis.WebSocket;
    const ws = new Class(`${this.rest.url.replace(/^http/, "ws")}/v1/ws?ticket=${encodeURIComponent(ticket)}`);
    this.ws = ws;
    const lost = () => mine === this.generation && this.wait();
    this.later(lost, openWithin);
    ws.onopen = () => mine === this.generation && this.opened(lost);
    ws.onmessage = (m) => mine === this.generation && this.hear(String(m.data));
    ws.onerror = () => {}; // a close follows
    ws.onclose = lost;
  }

  private opened(lost: () => void): void {
    this.clear();
    this.set("online");
    for (const s of this.subscriptions.values()) this.send("subscribe", s.request());
    this.later(() => this.backoff.reset(), stableAfter);
    const beat = () => {
      this.send("heartbeat");
      this.silence ??= this.later(lost, silenceAfterHeartbeat);
      this.later(beat, heartbeatEvery);
    };
    this.later(beat, heartbeatEvery);
  }

  private hear(text: string): void {
    clearTimeout(this.silence);
    this.silence = undefined;
    const frame = JSON.parse(text) as Frame | Answer;
    const {channel_id, id} = (frame.data ?? {}) as {channel_id?: string; id?: string}; // a channel's own frames have its id only
    const s = this.subscriptions.get(channel_id ?? id ?? "");
    if (!s) return;
    switch (frame.type) {
      case "subscribed":
        return s.confirm(frame.data);
      case "discontinuity":
        return s.restart(frame.data);
      case "error":
        return this.refused(s, frame.data.code);
      case "heartbeat_ack":
      case "unsubscribed":
        return;
      default:
        if (!s.take(frame)) this.send("subscribe", s.request());
    }
  }

  private refused(s: Subscription, code: string): void {
    if (s.confirmed) return; // it was about something else, such as typing
    if (!finalCodes.has(code)) {
      this.later(() => this.subscriptions.get(s.channel) === s && this.send("subscribe", s.request()), subscribeAgainAfter * (1 + Math.random()));
      return;
    }
    this.subscriptions.delete(s.channel);
    s.listener.refused?.(code);
  }

  /** wait pauses before the next try. */
  private wait(): void {
    this.end();
    this.set("waiting");
    this.retry = setTimeout(() => void this.connect(), this.backoff.next());
  }

  /** end forgets the connection. */
  private end(): void {
    this.generation++;
    this.clear();
    clearTimeout(this.retry);
    const ws = this.ws;
    this.ws = undefined;
    if (!ws) return;
    ws.onclose = null;
    ws.close();
  }

  private later(f: () => void, ms: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      f();
    }, ms);
    this.timers.add(timer);
    return timer;
  }

  private clear(): void {
    this.timers.forEach(clearTimeout);
    this.timers.clear();
    this.silence = undefined;
  }
}
