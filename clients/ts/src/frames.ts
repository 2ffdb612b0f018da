import type {Channel, Member, Message} from "./types.ts";

/** What a frame tells, by its type (CH-811 to CH-817). Others may come and are passed on as they are. */
export interface FrameData {
  message: Message;
  message_update: Message;
  message_delete: {id: string; channel_id: string; deleted_by: string; deleted_at: number};
  reaction_add: ReactionChange;
  reaction_remove: ReactionChange;
  channel_update: Channel;
  channel_delete: {id: string};
  member_add: Member & {channel_id: string};
  member_update: Member & {channel_id: string};
  member_remove: {channel_id: string; user_id: string};
  typing: {channel_id: string; user_id: string; display_name: string};
  presence_update: {channel_id: string; user_id: string; presence: string};
  other: {channel_id: string; event: string};
}

export interface ReactionChange {
  channel_id: string;
  message_id: string;
  user_id: string;
  emote_asset_id: string;
  count: number;
}

/** Frame is one of a channel; those of its log have `event_id` and `seq` (CH-803). */
export type Frame = {
  [T in keyof FrameData]: {type: T; data: FrameData[T]; event_id?: string; seq?: number};
}[keyof FrameData];

/** Where a channel stands (CH-805, CH-824). */
export interface Standing {
  channel_id: string;
  seq: number;
  last_message_id: string | null;
}

/** What the server says that is not of a channel's log. */
export type Answer =
  | {type: "heartbeat_ack"; data: {server_time: number}}
  | {type: "subscribed" | "discontinuity"; data: Standing}
  | {type: "unsubscribed"; data: {channel_id: string}}
  | {type: "error"; data: {code: string; message: string; channel_id?: string}};
