import type {components} from "./schema.ts";

type Schemas = components["schemas"];

export type Channel = Schemas["Channel"];
export type Member = Schemas["Member"];
export type Message = Schemas["Message"];
export type NewMessage = Schemas["NewMessage"];
export type Attachment = Schemas["Attachment"];
export type NewAttachment = Schemas["NewAttachment"];
export type Reaction = Schemas["ReactionSummary"];
export type ErrorCode = Schemas["ErrorCode"];
