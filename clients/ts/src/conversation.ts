import type {Backoff} from "./backoff.ts";
import {Refusal} from "./errors.ts";
import type {Frame, Standing} from "./frames.ts";
import {bury, empty, extend, type History, place, react} from "./history.ts";
import {byId} from "./ids.ts";
import {insist} from "./insist.ts";
import {Outbox, type Pending} from "./outbox.ts";
import type {Rest} from "./rest.ts";
import {Store} from "./store.ts";
import type {Listener} from "./subscription.ts";
import type {Channel, Message, NewMessage} from "./types.ts";
import {Throttle, type Typist, Typists} from "./typing.ts";

/** ConversationState is what is known of a channel. */
export interface ConversationState {
  /** The channel; `unread_count` follows what happens. */
  readonly channel: Channel;
  /** The loaded messages, oldest first. */
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
  /** Whether `open` has read the newest page. */
  readonly loaded: boolean;
  /** The user's own messages that are on their way or were refused. */
  readonly pending: readonly Pending[];
  readonly typists: readonly Typist[];
  /** Who is present; undefined when the server does not tell. */
  readonly present: ReadonlySet<string> | undefined;
  /** Why there is nothing more of this channel, a code; undefined while the user is in it. */
  readonly gone: string | undefined;
}

/** Surroundings is what a conversation needs from its client. */
export interface Surroundings {
  rest: Rest;
  me: string;
  signal: AbortSignal;
  /** What the server turned out to have. */
  server: {presence: boolean};
  typing(channel: string): void;
  /** The list of channels has to be read again. */
  stale(): void;
  /** The row of this channel has changed. `active`: a message came. */
  moved(channel: string, active: boolean): void;
  backoff(): Backoff;
}

/** How many messages a page has. */
const page = 50;

/** Conversation is a channel as its user sees it. */
export class Conversation implements Listener {
  readonly state: Store<ConversationState>;
  private history: History = empty;
  private wanted = false;
  private loading = false;
  private ready = () => {};
  private readonly opened = new Promise<void>((done) => (this.ready = done));
  private subscribed = false;
  /** Counts restarts, so that a page that was asked for before one is not used after it. */
  private era = 0;
  /** Rows whose reading began before this moment, or while the cursor moves, do not know what is unread. */
  private readAt = 0;
  private marking = 0;
  private presenceReads = 0;
  /** What frames told of users while the list of those present was read: it may be older. */
  private readonly cameAndWent = new Map<string, boolean>();
  private readonly outbox: Outbox;
  private readonly typists = new Typists(() => this.update({typists: this.typists.list}));
  private readonly throttle: Throttle;

  constructor(channel: Channel, private readonly around: Surroundings) {
    this.state = new Store<ConversationState>({
      channel, messages: [], hasMore: true, loaded: false, pending: [], typists: [], present: undefined, gone: undefined,
    });
    this.throttle = new Throttle(() => around.typing(channel.id));
    this.outbox = new Outbox(around.rest, channel.id, (m) => this.arrived(m), () => this.showPending(), around.backoff());
  }

  get id(): string {
    return this.state.get().channel.id;
  }

  /** open reads the newest messages, once, and answers when they are there or the channel is gone. */
  open(): Promise<void> {
    this.wanted = true;
    void this.readPresence();
    this.load();
    return this.opened;
  }

  /** older reads the page before what is loaded. */
  async older(): Promise<void> {
    const first = this.history.messages[0];
    if (!first || !this.history.hasMore) return;
    const era = this.era;
    const got = await this.page(first.id);
    if (era === this.era) this.show(extend(this.history, got));
  }

  /** send shows a message at once and sends it; the answer is its key for `again` and `discard`. */
  send(content: NewMessage): string {
    this.throttle.rest();
    return this.outbox.add(content);
  }

  again(key: string): void {
    this.outbox.again(key);
  }

  discard(key: string): void {
    this.outbox.discard(key);
  }

  /** typing is called at each key stroke. */
  typing(): void {
    this.throttle.hit();
  }

  async edit(message: string, body: string): Promise<void> {
    this.show(place(this.history, await this.around.rest.call("put", "/v1/channels/{channelID}/messages/{messageID}", {path: this.path(message), body: {body}})));
  }

  async delete(message: string): Promise<void> {
    await this.around.rest.call("delete", "/v1/channels/{channelID}/messages/{messageID}", {path: this.path(message)});
    this.show(bury(this.history, message));
  }

  /** react adds the user's reaction; that it is there already is no fault. */
  async react(message: string, emote: string): Promise<void> {
    await this.around.rest
      .call("post", "/v1/channels/{channelID}/messages/{messageID}/reactions", {path: this.path(message), body: {emote_asset_id: emote}})
      .catch(unless("CHAT_REACTION_EXISTS"));
  }

  async unreact(message: string, emote: string): Promise<void> {
    await this.around.rest
      .call("delete", "/v1/channels/{channelID}/messages/{messageID}/reactions/{emoteID}", {path: {...this.path(message), emoteID: emote}})
      .catch(unless("CHAT_REACTION_NOT_FOUND"));
  }

  /** markRead moves the user's cursor to the newest loaded message. */
  async markRead(): Promise<void> {
    const newest = this.history.messages.at(-1);
    if (!newest || this.state.get().channel.unread_count === 0) return;
    this.update({channel: {...this.state.get().channel, unread_count: 0}});
    this.around.moved(this.id, false);
    const body = {last_read_message_id: newest.id};
    this.marking++;
    try {
      await insist(() => this.around.rest.call("post", "/v1/channels/{channelID}/read", {path: {channelID: this.id}, body}), this.around.signal);
    } finally {
      this.marking--;
      this.readAt = performance.now();
    }
  }

  /** row takes what a reading of the list that began at `begun` says of the channel. */
  row(channel: Channel, begun: number): void {
    const now = this.state.get().channel;
    const behind = byId(channel.last_message_id ?? "", now.last_message_id ?? "") < 0;
    const {unread_count, last_message_id} = behind || this.marking > 0 || begun < this.readAt ? now : channel;
    this.update({channel: {...channel, unread_count, last_message_id}});
  }

  /** online is called when there is a connection again. */
  online(): void {
    this.outbox.hurry();
  }

  /** offline is called when the connection is lost: who is present or writes is not known any more. */
  offline(): void {
    this.typists.clear();
    this.update({present: undefined});
  }

  /** leave ends the timers and what is on its way. */
  leave(): void {
    this.outbox.stop();
    this.typists.clear();
  }

  confirmed(_: Standing, first: boolean): void {
    this.subscribed = true;
    if (first) this.around.stale(); // what came between the reading of the list and this moment
    this.load();
    void this.readPresence();
  }

  discontinuity(): void {
    this.era++;
    this.loading = false;
    this.history = empty;
    this.around.stale();
    this.load();
  }

  refused(code: string): void {
    this.update({gone: code});
    this.ready();
    this.around.stale();
  }

  frame(f: Frame): void {
    switch (f.type) {
      case "message":
        this.typists.end(f.data.sender_id);
        if (f.data.sender_id === this.around.me) this.outbox.arrive(f.data);
        return this.arrived(f.data);
      case "message_update":
        return this.show(place(this.history, f.data));
      case "message_delete":
        if (this.state.get().channel.unread_count > 0) this.around.stale();
        return this.show(bury(this.history, f.data.id));
      case "reaction_add":
      case "reaction_remove":
        return this.show(react(this.history, f.data, f.type === "reaction_add"));
      case "typing":
        if (f.data.user_id !== this.around.me) this.typists.signal(f.data.user_id, f.data.display_name);
        return;
      case "presence_update":
        return this.presence(f.data.user_id, f.data.presence !== "offline");
      case "channel_update":
        this.update({channel: {...this.state.get().channel, name: f.data.name, owner_id: f.data.owner_id}});
        return this.around.moved(this.id, false);
      case "channel_delete":
        return this.refused("CHAT_CHANNEL_NOT_FOUND");
      case "member_remove":
        this.presence(f.data.user_id, false);
        this.typists.end(f.data.user_id);
        if (f.data.user_id === this.around.me) this.refused("CHAT_NOT_MEMBER");
    }
  }

  /** arrived takes a message that a frame or an answer shows. */
  private arrived(m: Message): void {
    this.show(place(this.history, m));
    this.showPending();
    const {channel} = this.state.get();
    if (byId(m.id, channel.last_message_id ?? "") <= 0) return;
    const mine = m.sender_id === this.around.me;
    this.update({channel: {...channel, last_message_id: m.id, unread_count: mine ? 0 : channel.unread_count + (m.deleted ? 0 : 1)}});
    this.around.moved(this.id, true);
  }

  private load(): void {
    if (!this.wanted || !this.subscribed || this.loading) return;
    this.loading = true;
    const era = this.era;
    const loaded = (got: {messages: readonly Message[]; has_more: boolean}) => {
      if (era !== this.era) return;
      this.update({loaded: true});
      this.show(extend(this.history, got));
      this.ready();
    };
    this.page().then(loaded, (fault) => fault instanceof Refusal && this.refused(fault.code));
  }

  private page(before?: string) {
    const query = {limit: page, ...(before && {before})};
    return insist(() => this.around.rest.call("get", "/v1/channels/{channelID}/messages", {path: {channelID: this.id}, query}), this.around.signal);
  }

  /** readPresence asks who is present, where it is shown: it is a call for each channel. */
  private async readPresence(): Promise<void> {
    if (!this.around.server.presence || !this.subscribed || !(this.wanted || this.state.get().channel.type === "dm")) return;
    this.presenceReads++;
    try {
      const {members} = await this.around.rest.call("get", "/v1/channels/{channelID}/presence", {path: {channelID: this.id}});
      const present = new Set(members.map((m) => m.user_id));
      this.cameAndWent.forEach((here, user) => (here ? present.add(user) : present.delete(user)));
      this.update({present});
    } catch (fault) {
      if (fault instanceof Refusal && fault.code === "NOT_FOUND") this.around.server.presence = false;
      this.update({present: undefined}); // presence is a hint: it is not insisted on
    } finally {
      if (--this.presenceReads === 0) this.cameAndWent.clear();
    }
  }

  private presence(user: string, here: boolean): void {
    if (this.presenceReads > 0) this.cameAndWent.set(user, here);
    const {present} = this.state.get();
    const next = new Set(present);
    if (here) next.add(user);
    else next.delete(user);
    if (present || here) this.update({present: next});
  }

  private path(messageID: string) {
    return {channelID: this.id, messageID};
  }

  private show(h: History): void {
    if (!this.wanted) return; // the page will have it
    this.history = h;
    this.update({messages: h.messages, hasMore: h.hasMore});
  }

  private showPending(): void {
    const known = new Set(this.history.messages.map((m) => m.id));
    this.update({pending: this.outbox.list.filter((p) => !p.arrived || !known.has(p.arrived))});
  }

  private update(part: Partial<ConversationState>): void {
    this.state.set({...this.state.get(), ...part});
  }
}

function unless(code: string): (fault: unknown) => void {
  return (fault) => {
    if (!(fault instanceof Refusal) || fault.code !== code) throw fault;
  };
}
