import {byId} from "./ids.ts";
import type {ReactionChange} from "./frames.ts";
import type {Message, Reaction} from "./types.ts";

/** History is the loaded part of a channel: messages by id, from `oldest` on without holes. */
export interface History {
  readonly messages: readonly Message[];
  /** Whether there are older ones that are not loaded. */
  readonly hasMore: boolean;
}

export const empty: History = {messages: [], hasMore: true};

/** place puts a message where it belongs. One that is older than what is loaded is left out: it comes with its page. */
export function place(h: History, m: Message): History {
  const at = h.messages.findIndex((x) => byId(x.id, m.id) >= 0);
  const old = at < 0 ? undefined : h.messages[at];
  if (old?.id === m.id) return newer(m, old) ? {...h, messages: h.messages.with(at, m)} : h;
  if (at === 0 && h.hasMore) return h;
  return {...h, messages: at < 0 ? [...h.messages, m] : h.messages.toSpliced(at, 0, m)};
}

/** newer tells whether what came is not older than what is there: frames may arrive after a page that shows more. */
function newer(m: Message, old: Message): boolean {
  return !old.deleted && (m.deleted || (m.edited_at ?? 0) >= (old.edited_at ?? 0));
}

/** extend adds a page that is older than what is loaded, newest message first as the server gives it. */
export function extend(h: History, page: {messages: readonly Message[]; has_more: boolean}): History {
  const known = new Set(h.messages.map((m) => m.id));
  const older = page.messages.filter((m) => !known.has(m.id)).toReversed();
  return {messages: [...older, ...h.messages].sort((a, b) => byId(a.id, b.id)), hasMore: page.has_more};
}

/** bury makes a tombstone of a message (CH-315). */
export function bury(h: History, id: string): History {
  return change(h, id, (m) => ({...m, deleted: true, body: "", attachments: [], inline_emotes: [], reactions: []}));
}

/** react adds or takes a user's reaction; a repeat changes nothing. */
export function react(h: History, c: ReactionChange, added: boolean): History {
  return change(h, c.message_id, (m) => {
    const old = m.reactions.find((r) => r.emote_asset_id === c.emote_asset_id);
    const users = (old?.user_ids ?? []).filter((u) => u !== c.user_id);
    if (added && !old) return {...m, reactions: [...m.reactions, {emote_asset_id: c.emote_asset_id, count: c.count, user_ids: [c.user_id]}]};
    if (!old) return m;
    const next: Reaction = {...old, count: c.count, user_ids: added ? [...users, c.user_id] : users};
    return {...m, reactions: m.reactions.map((r) => (r === old ? next : r)).filter((r) => r.count > 0)};
  });
}

function change(h: History, id: string, f: (m: Message) => Message): History {
  const at = h.messages.findIndex((m) => m.id === id);
  const old = h.messages[at];
  return old && !old.deleted ? {...h, messages: h.messages.with(at, f(old))} : h;
}
