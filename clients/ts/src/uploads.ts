import {Refusal} from "./errors.ts";
import type {Rest} from "./rest.ts";
import type {Message, NewAttachment} from "./types.ts";

/** The longest edge of a picture in pixels, or the file as it is (CH-511). */
export type Size = "full" | "1600" | "512" | "256" | "128";

/** upload sends a file for a channel and answers how a message names it (CH-530 to CH-536). `locate` may change where the bytes go. */
export async function upload(rest: Rest, channel: string, file: File, locate: (url: string) => string = (url) => url): Promise<NewAttachment> {
  const type = file.type as NewAttachment["content_type"];
  const begun = await rest.call("post", "/v1/uploads", {
    body: {upload_type: "chat_attachment", channel_id: channel, filename: file.name, content_type: type, size_bytes: file.size},
  });
  const put = await fetch(locate(begun.upload_url), {method: begun.method, headers: begun.headers as Record<string, string>, body: file});
  if (!put.ok) throw new Refusal(put.status, "INVALID_UPLOAD", "the file was not taken");
  const done = await rest.call("post", "/v1/uploads/{uploadID}/complete", {path: {uploadID: begun.upload_id}});
  return {asset_id: done.asset_id, filename: done.filename, content_type: done.content_type, size_bytes: done.size_bytes};
}

/** attachmentURL is a signed address of an attachment's bytes, good for an hour (CH-510). */
export async function attachmentURL(rest: Rest, m: Message, attachment: string, size: Size = "full"): Promise<string> {
  const path = {channelID: m.channel_id, messageID: m.id, attachmentID: attachment};
  const {url} = await rest.call("get", "/v1/channels/{channelID}/messages/{messageID}/attachments/{attachmentID}/url", {path, query: {size}});
  return url;
}
