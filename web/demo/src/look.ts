import type {Channel, Message} from "parley-client";

/** nameOf is what a channel is called. */
export function nameOf(c: Channel): string {
  return c.type === "dm" ? (c.other_user_name ?? "") : c.name;
}

/** hueOf chooses one of the colours of avatars by a text, always the same. */
export function hueOf(text: string): number {
  let sum = 0;
  for (const c of text) sum = (sum * 37 + c.codePointAt(0)!) % 9973;
  return sum % 8;
}

export function initials(name: string): string {
  const words = name.replaceAll(/[^\p{L}\p{N} ]/gu, " ").trim().split(/\s+/);
  const letters = words.slice(0, 2).map((w) => [...w][0] ?? "");
  return letters.join("").toUpperCase() || "?";
}

const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const day = new Intl.DateTimeFormat(undefined, {weekday: "long", day: "numeric", month: "long"});

export function timeOf(seconds: number): string {
  return clock.format(seconds * 1000);
}

export function dayOf(seconds: number): string {
  const at = new Date(seconds * 1000).toDateString();
  if (at === new Date().toDateString()) return "Today";
  if (at === new Date(Date.now() - 86_400_000).toDateString()) return "Yesterday";
  return day.format(seconds * 1000);
}

/** How long after a message the next one of the same sender still belongs to it, in seconds. */
const together = 300;

/** Line is a message and how it stands to the one before. */
export interface Line {
  message: Message;
  /** The day that begins with it, or "". */
  day: string;
  /** Whether it begins a group of one sender. */
  first: boolean;
}

export function lines(messages: readonly Message[]): Line[] {
  return messages.map((message, i) => {
    const before = messages[i - 1];
    const day = dayOf(message.created_at);
    const newDay = !before || dayOf(before.created_at) !== day;
    const first = newDay || before.sender_id !== message.sender_id || message.created_at - before.created_at > together;
    return {message, day: newDay ? day : "", first};
  });
}

/** The reactions that are offered, with their names for those who cannot see them. */
export const emotes = [
  ["👍", "thumbs up"],
  ["❤️", "heart"],
  ["😂", "laughing"],
  ["🎉", "party"],
] as const;
