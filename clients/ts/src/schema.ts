// Generated from api/openapi.yaml by npm run generate; not edited by hand.

export interface paths {
    "/v1/channels": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * List channels
         * @description The channels that the caller is in, each with its `unread_count`: latest activity first, ties by id descending
         *     (CH-100 to CH-103). The answer is a bare array.
         *
         *     With `scope=public` the rooms of the app instead, whether the caller is in them or not, by id descending and
         *     with `is_member` (CH-104).
         */
        get: operations["listChannels"];
        put?: never;
        /**
         * Create a channel, or open a direct message
         * @description `dm` takes `user_id`, `group` and `room` take `name` (CH-110 to CH-123). The caller is the owner of a group or
         *     room.
         *
         *     A direct message between two users exists once: opening it again, from either side, is `200` with the same
         *     channel, which comes back into the caller's list if it was hidden (CH-111).
         */
        post: operations["createChannel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        /**
         * Show a channel
         * @description Members see their channels; a room is visible to every user of the app (CH-130 to CH-133).
         */
        get: operations["getChannel"];
        /**
         * Rename a channel
         * @description By an admin or the owner, never a direct message (CH-140 to CH-143).
         */
        put: operations["renameChannel"];
        post?: never;
        /**
         * Delete a channel
         * @description By the owner. From then on every path of the channel is `404` for everyone; its events stay in the log
         *     (CH-160).
         */
        delete: operations["deleteChannel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/hidden": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Hide a channel from one's own list
         * @description Nobody else is affected. A hidden direct message comes back by itself with the next message (CH-150, CH-151).
         */
        put: operations["hideChannel"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/members": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        /**
         * List members
         * @description A bare array, by `joined_at`, then `user_id` (CH-200, CH-201). `after` must be a member.
         */
        get: operations["listMembers"];
        put?: never;
        /**
         * Add a member, or join a room
         * @description An admin adds with role `member`, the owner with `admin` too (CH-210 to CH-215). In a room anyone of the app
         *     may add itself as `member` (CH-216).
         *
         *     A new member sees the whole history and starts with nothing unread (CH-217).
         */
        post: operations["addMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/members/{userID}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a user, percent-encoded (CH-023).
                 * @example bob
                 */
                userID: components["parameters"]["UserID"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Change a role, or hand the channel over
         * @description By the owner. `owner` hands the channel over: the target becomes the owner, the caller `admin` (CH-230).
         */
        put: operations["changeMemberRole"];
        post?: never;
        /**
         * Remove a member, or leave
         * @description Oneself, or another as an admin; never the owner (CH-220 to CH-226). Messages and reactions of the member
         *     stay.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/messages": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        /**
         * Read the history
         * @description Newest first; with `after` oldest first, to fill the gap after a reconnect. Deleted messages stay as
         *     tombstones (CH-310 to CH-316).
         *
         *     `start` and `end` choose messages by the time they were sent, and do not order them (CH-319).
         */
        get: operations["listMessages"];
        put?: never;
        /**
         * Send a message
         * @description A message has a `body`, attachments, or both (CH-300 to CH-308). Inline emotes are ranges of code points of
         *     the body (CH-520 to CH-522); `refs` name messages of the channel, `mentions` users (CH-327). Sending ends the
         *     sender's typing and moves the sender's read cursor.
         *
         *     Send an `Idempotency-Key` and repeat the request until it is answered: there will be one message.
         */
        post: operations["sendMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/messages/{messageID}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
            };
            cookie?: never;
        };
        /**
         * Show a message
         * @description A tombstone when it is deleted (CH-317).
         */
        get: operations["getMessage"];
        /**
         * Edit a message
         * @description By its author alone (CH-320 to CH-327). `inline_emotes`, `refs` and `mentions` replace the old ones, absent
         *     means none; attachments stay. The same content again changes nothing.
         */
        put: operations["editMessage"];
        post?: never;
        /**
         * Delete a message
         * @description By its author; by an admin or the owner anyone's, except in a direct message (CH-330 to CH-334). It stays in
         *     the history as a tombstone.
         */
        delete: operations["deleteMessage"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/messages/{messageID}/versions": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
            };
            cookie?: never;
        };
        /**
         * What a message was
         * @description Oldest first; the first version is the message as it was sent (CH-318). Unknown and deleted messages are
         *     `404`.
         */
        get: operations["listMessageVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/messages/{messageID}/attachments/{attachmentID}/url": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
                /**
                 * @description The place of the attachment in the message, from 1.
                 * @example 1
                 */
                attachmentID: components["parameters"]["AttachmentID"];
            };
            cookie?: never;
        };
        /**
         * Get a signed URL of an attachment
         * @description The URL works without a token until `expires_at`, by default an hour (CH-510 to CH-515).
         */
        get: operations["getAttachmentUrl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/messages/{messageID}/reactions": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * React to a message
         * @description Any number of emotes per user, at most 50 different ones per message (CH-400 to CH-407).
         */
        post: operations["addReaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/messages/{messageID}/reactions/{emoteID}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
                /**
                 * @description The `emote_asset_id` of the reaction, percent-encoded.
                 * @example 999888777
                 */
                emoteID: components["parameters"]["EmoteID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a reaction back
         * @description One's own only (CH-410, CH-411).
         */
        delete: operations["removeReaction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/read": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move the read cursor
         * @description It only moves forward: an older id, or the same, answers with the cursor as it stands (CH-600 to CH-603).
         */
        post: operations["markRead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/reads": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        /**
         * How far each member has read
         * @description In the order of user ids; both fields are `null` for one who has read nothing. `after` need not be a member
         *     (CH-604).
         */
        get: operations["listReads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/typing": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        /**
         * Who is typing
         * @description At most 200 users, by id, without the caller (CH-701).
         */
        get: operations["listTyping"];
        put?: never;
        /**
         * Say that one is typing
         * @description A signal lives 5 s; repeat it every 3 s while it is true (CH-700 to CH-705). A body is ignored.
         */
        post: operations["signalTyping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/ws-ticket": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a ticket for the WebSocket
         * @description It works once and for 30 s (CH-801, CH-802). The one answer that is wrapped in `data`.
         */
        post: operations["createSocketTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ws": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Open the WebSocket
         * @description With the usual upgrade headers, and a ticket or, instead of it, a bearer token (CH-802). Frames are text, one
         *     JSON object `{"type", "data"}` each (CH-803); those of a channel also have `event_id` (unique) and `seq`
         *     (rising in the channel).
         *
         *     Clients send `heartbeat` every 30 s (CH-804), `subscribe` and `unsubscribe` with `channel_id` (CH-805,
         *     CH-807), `typing` (CH-808). The server answers `heartbeat_ack`, `subscribed` with `channel_id`, `last_message_id` and
         *     `seq`, `unsubscribed`, or `error` with `code`, `message` and `channel_id` (CH-806, CH-809).
         *
         *     After a lost connection `subscribe` with `after`, the `seq` seen last, gives what was missed first; where that is too
         *     much, `discontinuity` follows `subscribed` (CH-824).
         *
         *     Events of subscribed channels (CH-811 to CH-817):
         *
         *     | type | data |
         *     |---|---|
         *     | `message`, `message_update` | Message |
         *     | `message_delete` | `id`, `channel_id`, `deleted_by`, `deleted_at` |
         *     | `reaction_add`, `reaction_remove` | `channel_id`, `message_id`, `user_id`, `emote_asset_id`, `count` |
         *     | `typing` | `channel_id`, `user_id`, `display_name`; no `seq` |
         *     | `channel_update` | Channel |
         *     | `channel_delete` | `id` |
         *     | `member_add`, `member_update` | Member and `channel_id` |
         *     | `member_remove` | `channel_id`, `user_id` |
         *     | `presence_update` | `channel_id`, `user_id`, `presence`: `online` or `offline`; no `seq` (CH-832) |
         *     | `other` | `channel_id`, `event`: something that has no frame of its own (CH-827) |
         *
         *     Close codes (CH-822): 1001 the server stops, 1009 frame above 64 KiB, 4001 token expired, 4008 90 s without a
         *     frame, 4029 too slow.
         */
        get: operations["openSocket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/occupancy": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        /**
         * How many are connected
         * @description Sockets that are subscribed to the channel, and different users among them who are present. Members only, in
         *     rooms too.
         */
        get: operations["getOccupancy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{channelID}/presence": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        /**
         * Who is present
         * @description Users with at least one socket that is subscribed to the channel, in the order of user ids. `after` need not
         *     be present. Members only, in rooms too.
         */
        get: operations["listPresence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Announce a file
         * @description The answer says how to send the bytes: `PUT` them to `upload_url` with `headers`, then complete the upload and
         *     name its `asset_id` in a message (CH-530 to CH-533).
         *
         *     A `chat_attachment` takes `channel_id`, an `emote` takes `shortcode`.
         */
        post: operations["createUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{uploadID}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an upload.
                 * @example 2491693814329625179
                 */
                uploadID: components["parameters"]["UploadID"];
            };
            cookie?: never;
        };
        /**
         * How an upload stands
         * @description One's own only (CH-537).
         */
        get: operations["getUpload"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{uploadID}/complete": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an upload.
                 * @example 2491693814329625179
                 */
                uploadID: components["parameters"]["UploadID"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete an upload
         * @description Once the bytes are here; repeating it answers the same (CH-536). A body is ignored.
         */
        post: operations["completeUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets/{appID}/{assetID}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description The app that keeps the file.
                 * @example demo
                 */
                appID: components["parameters"]["AssetApp"];
                /**
                 * @description Of the file.
                 * @example 4785726996002535183
                 */
                assetID: components["parameters"]["AssetID"];
            };
            cookie?: never;
        };
        /**
         * Fetch a file
         * @description A URL of an attachment, as it was given: a change in any part is `403` (CH-540 to CH-545). Conditional
         *     requests and one range are answered as HTTP says. Images, video and audio are shown in place, everything else
         *     is a download; nothing runs.
         */
        get: operations["getFile"];
        /**
         * Send the bytes of an upload
         * @description To `upload_url` of an upload, as it was given (CH-534, CH-535). There is time by the size: at least 16 KiB/s,
         *     no pause above 20 s. After a refusal nothing is kept, and the URL may be used again.
         */
        put: operations["putFile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/me/blocks": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * List one's blocks
         * @description Newest first (CH-901).
         */
        get: operations["listBlocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/me/blocks/{userID}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a user, percent-encoded (CH-023).
                 * @example bob
                 */
                userID: components["parameters"]["UserID"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Block a user
         * @description It stops direct messages in both directions, and changes nothing in groups and rooms; the user is not told
         *     (CH-900, CH-903).
         */
        put: operations["blockUser"];
        post?: never;
        /**
         * Lift a block
         * @description Idempotent (CH-902).
         */
        delete: operations["unblockUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/apps": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * List apps
         * @description By id. For the operator.
         */
        get: operations["listApps"];
        put?: never;
        /**
         * Create an app
         * @description A tenant; its limits protect the installation from it. For the operator.
         */
        post: operations["createApp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/apps/{app}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
            };
            cookie?: never;
        };
        /**
         * Show an app
         * @description For the operator, and for keys of the app.
         */
        get: operations["getApp"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/apps/{app}/limits": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Set the limits of an app
         * @description The body is the limits; what is absent is the default. They hold within a second (CH-019). For the operator.
         */
        put: operations["limitApp"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/apps/{app}/keys": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
            };
            cookie?: never;
        };
        /**
         * List the keys of an app
         * @description By id, without their secrets. For the operator, and for keys of the app.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Issue a key
         * @description Without a capability it may do everything but `admin`, and signs tokens. A key gives no more rights than it
         *     has. A revoked key is issued anew. For the operator, and for keys of the app.
         */
        post: operations["issueKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/apps/{app}/keys/{key}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
                /**
                 * @description Of a key inside its app.
                 * @example web
                 */
                key: components["parameters"]["KeyParam"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description At once, and with it the tokens that it has signed. Twice is `204` too. For the operator, and for keys of the
         *     app.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/apps/{app}/keys/{key}/rotate": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
                /**
                 * @description Of a key inside its app.
                 * @example web
                 */
                key: components["parameters"]["KeyParam"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a key another secret
         * @description The former one is valid for 24 h more. For the operator, and for keys of the app.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/tokens": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign a token for a user
         * @description For trying things; an application signs its own (CH-003). A key signs with its own secret, so that the tokens
         *     end with it. For the operator, and for keys of the app.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/import": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import commands
         * @description One JSON object a line, at most 1,000 lines of 256 KiB, 16 MiB together; the schema is that of a line.
         *     Commands of a channel are carried out in order, channels side by side. What was imported under its `source`
         *     and `n` is not imported again, for ever, so a request can always be repeated. For the operator, and for keys
         *     of the app.
         */
        post: operations["importEntries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/audit/log": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Read the log
         * @description The events that match all parameters, one a line, in the order of the log. Sealed text stands as `[sealed]`,
         *     or opened with `reveal=true`; `[erased]` when its key is gone. A failure in the middle is the last line:
         *     `{"error": {"code", "message"}}`. Unknown parameters are refused. For the operator; a key sees the events of
         *     its app.
         */
        get: operations["readAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/projections": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * How the projections are doing
         * @description As this node sees them, with all builds that there are. For the operator.
         */
        get: operations["listProjections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/projections/{name}/rebuild": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a projection.
                 * @example timeline
                 */
                name: components["parameters"]["ProjectionParam"];
            };
            cookie?: never;
        };
        /**
         * How far the last rebuild is
         * @description Of those that this node has begun. Without `follow` the answer is one object; with `follow=true` one a line,
         *     whenever it is farther, until `phase` is `done` or `failed`. For the operator.
         */
        get: operations["getRebuild"];
        put?: never;
        /**
         * Build a projection anew
         * @description From the log, while the old build serves; an unfinished build is gone on with. Without `follow` the answer is
         *     one object; with `follow=true` one a line, whenever it is farther, until `phase` is `done` or `failed`. For
         *     the operator.
         */
        post: operations["rebuildProjection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/projections/{name}/resume": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a projection.
                 * @example timeline
                 */
                name: components["parameters"]["ProjectionParam"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a projection of which something is parked
         * @description A rebuild, shown only if it parks less than the one before. Without `follow` the answer is one object; with
         *     `follow=true` one a line, whenever it is farther, until `phase` is `done` or `failed`. For the operator.
         */
        post: operations["resumeProjection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/projections/{name}/verify": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a projection.
                 * @example timeline
                 */
                name: components["parameters"]["ProjectionParam"];
            };
            cookie?: never;
        };
        /**
         * How far the last comparison is
         * @description Of those that this node has begun. Without `follow` the answer is one object; with `follow=true` one a line,
         *     whenever it is farther, until `phase` is `done` or `failed`. For the operator.
         */
        get: operations["getVerification"];
        put?: never;
        /**
         * Compare a projection with the log
         * @description Row by row, at one position; in the end the answer has a `verdict`. Without `follow` the answer is one object;
         *     with `follow=true` one a line, whenever it is farther, until `phase` is `done` or `failed`. For the operator.
         */
        post: operations["verifyProjection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process is alive
         * @description Whatever its store does (CH-021).
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the node can serve
         * @description The database answers and the projections are within their lag limit (CH-021). `notes` name what the operator
         *     should know all the same, such as parked partitions.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description OpenAPI 3.1 as JSON. It may be cached and revalidated by its `ETag`.
         */
        get: operations["getApiDescription"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * This document for people
         * @description An interactive reference that needs nothing from elsewhere. It loads its script, style and licences from below
         *     `/docs/`.
         */
        get: operations["getReference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description The name of the file.
                 * @example scalar.js
                 */
                file: components["parameters"]["DocsFile"];
            };
            cookie?: never;
        };
        /**
         * A file of the reference
         * @description What the page loads, and the licences of what it is made of.
         */
        get: operations["getReferenceFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description A positive 63-bit integer as text. Within a channel, message ids rise in the order in which messages were
         *     accepted: compare them as integers (CH-010).
         * @example 914493034232545280
         */
        Id: string;
        /**
         * @description An id in a request: text, or a non-negative integer (CH-011).
         * @example 914493034232545280
         */
        IdInput: string | number;
        /**
         * @description An opaque key of the host application: 1 to 128 characters, no control character, no slash (CH-023).
         * @example ann
         */
        UserId: string;
        /**
         * Format: int64
         * @description Unix seconds (CH-012).
         * @example 1795868929
         */
        Time: number;
        /**
         * Format: int64
         * @description Milliseconds since 1970.
         * @example 1795868929676
         */
        Millis: number;
        /**
         * @description 1 to 32 of `a-z`, `0-9` and `_`, not with `_` first.
         * @example demo
         */
        AppId: string;
        /**
         * @description 1 to 32 letters, digits, `_` and `-`.
         * @example web
         */
        KeyId: string;
        /**
         * @description The longest edge of an image in pixels, or the file as it is.
         * @default full
         * @enum {string}
         */
        Size: "full" | "1600" | "512" | "256" | "128";
        /**
         * @description What a client switches on. Codes may be added.
         * @enum {string}
         */
        ErrorCode: "INVALID_REQUEST" | "INVALID_LIMIT" | "INVALID_CURSOR" | "AUTH_MISSING_TOKEN" | "AUTH_INVALID_TOKEN" | "AUTH_TOKEN_EXPIRED" | "CHAT_CHANNEL_NOT_FOUND" | "CHAT_NOT_MEMBER" | "CHAT_NOT_ADMIN" | "CHAT_NOT_OWNER" | "CHAT_CANNOT_MODIFY_DM" | "CHAT_CANNOT_DM_SELF" | "CHAT_DM_BLOCKED_USER" | "CHAT_INVALID_NAME" | "CHAT_INVALID_ROLE" | "CHAT_MEMBER_NOT_FOUND" | "CHAT_ALREADY_MEMBER" | "CHAT_CANNOT_REMOVE_OWNER" | "CHAT_MESSAGE_NOT_FOUND" | "CHAT_EMPTY_MESSAGE" | "CHAT_MESSAGE_TOO_LONG" | "CHAT_NOT_MESSAGE_AUTHOR" | "CHAT_INVALID_ATTACHMENT" | "CHAT_ATTACHMENT_NOT_FOUND" | "INVALID_SIZE" | "ASSET_NOT_FOUND" | "RANGE_NOT_SATISFIABLE" | "PRECONDITION_FAILED" | "UPLOAD_NOT_FOUND" | "UPLOAD_INCOMPLETE" | "UPLOAD_EXISTS" | "INVALID_UPLOAD" | "UPLOAD_QUOTA_EXCEEDED" | "CHAT_REACTION_EXISTS" | "CHAT_REACTION_NOT_FOUND" | "CHAT_TOO_MANY_REACTIONS" | "CHAT_INVALID_EMOTE" | "IDEMPOTENCY_KEY_REUSED" | "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "BODY_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "RATE_LIMITED" | "TOO_MANY_SUBSCRIPTIONS" | "UNAVAILABLE" | "INTERNAL" | "FORBIDDEN" | "APP_NOT_FOUND" | "KEY_NOT_FOUND" | "APP_EXISTS" | "KEY_EXISTS" | "PROJECTION_NOT_FOUND" | "PROJECTION_BUSY" | "NOTHING_PARKED" | "KEY_REVOKED" | "AUTH_INVALID_TICKET";
        /** @description Why a request was refused (CH-008). */
        Error: {
            data: null;
            error: components["schemas"]["ErrorDetail"];
        };
        /** @description The refusal. */
        ErrorDetail: {
            code: components["schemas"]["ErrorCode"];
            /** @description For people; it may change. */
            message: string;
            /** @description The `X-Request-Id` of the answer. */
            request_id: string;
        };
        /** @description A conversation, as the caller sees it. */
        Channel: {
            id: components["schemas"]["Id"];
            type: components["schemas"]["ChannelType"];
            /** @description Empty for a direct message. */
            name: string;
            /** @description User id; `null` for a direct message. */
            owner_id: string | null;
            created_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Messages behind the read cursor, of others and not deleted (CH-610).
             */
            unread_count: number;
            /** @description The other one of a direct message. */
            other_user_id?: components["schemas"]["UserId"];
            /** @description Its display name. */
            other_user_name?: string;
            /** @description The caller's own flag (CH-150). */
            hidden: boolean;
            /** @description Id of the newest message. */
            last_message_id: string | null;
            /** @description Only with `scope=public`. */
            is_member?: boolean;
        };
        /**
         * @description `dm`: two users, private. `group`: private, invited members. `room`: public, anyone of the app can join.
         * @enum {string}
         */
        ChannelType: "dm" | "group" | "room";
        /** @description `user_id` is of a `dm`, `name` of the others. */
        NewChannel: {
            type: components["schemas"]["ChannelType"];
            /** @description 1 to 100 characters after trimming (CH-123). */
            name?: string | null;
            /** @description The other user. */
            user_id?: string | number | null;
        };
        /** @description A name. */
        ChannelName: {
            /** @description 1 to 100 characters after trimming (CH-123). */
            name: string;
        };
        /** @description Whether the channel is hidden. */
        HideChannel: {
            hidden: boolean;
        };
        /**
         * @description `owner`: the creator. `admin`: manages members and settings. `member`: takes part.
         * @enum {string}
         */
        Role: "owner" | "admin" | "member";
        /** @description A user in a channel. */
        Member: {
            user_id: components["schemas"]["UserId"];
            /** @description The name in the latest token of the user, else its id (CH-024). */
            display_name: string;
            role: components["schemas"]["Role"];
            joined_at: components["schemas"]["Time"];
        };
        /** @description Who is added, and as what. */
        NewMember: {
            user_id: components["schemas"]["IdInput"];
            /**
             * @description `member` when absent.
             * @enum {string|null}
             */
            role?: "member" | "admin" | null;
        };
        /** @description The role to have. */
        MemberRole: {
            role: components["schemas"]["Role"];
        };
        /** @description A message, as it is now. `refs` and `mentions` are absent when there are none. */
        Message: {
            id: components["schemas"]["Id"];
            channel_id: components["schemas"]["Id"];
            sender_id: components["schemas"]["UserId"];
            /** @description At sending time; it does not change later (CH-024). */
            sender_name: string;
            /** @description Code point for code point as sent (CH-305); empty when deleted. */
            body: string;
            attachments: components["schemas"]["Attachment"][];
            inline_emotes: components["schemas"]["InlineEmote"][];
            /** @description Messages that it refers to (CH-327). */
            refs?: components["schemas"]["Id"][];
            /** @description Users that it names (CH-327). */
            mentions?: components["schemas"]["UserId"][];
            created_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Unix seconds of the last edit.
             */
            edited_at: number | null;
            deleted: boolean;
            reactions: components["schemas"]["ReactionSummary"][];
        };
        /** @description What is sent: a body, attachments, or both. */
        NewMessage: {
            /** @description At most 4,000 code points (CH-304). */
            body?: string | null;
            attachments?: components["schemas"]["NewAttachment"][] | null;
            inline_emotes?: components["schemas"]["NewInlineEmote"][] | null;
            /** @description Messages of the channel, each once. */
            refs?: components["schemas"]["IdInput"][] | null;
            /** @description Users, each once. */
            mentions?: components["schemas"]["IdInput"][] | null;
        };
        /** @description What the message is to be; attachments stay as they are. */
        MessageEdit: {
            /** @description At most 4,000 code points (CH-304). */
            body?: string | null;
            inline_emotes?: components["schemas"]["NewInlineEmote"][] | null;
            refs?: components["schemas"]["IdInput"][] | null;
            mentions?: components["schemas"]["IdInput"][] | null;
        };
        /** @description A page of the history. */
        MessagePage: {
            messages: components["schemas"]["Message"][];
            /** @description Whether there are more in the reading direction (CH-313). */
            has_more: boolean;
        };
        /** @description What a message was (CH-318). */
        MessageVersion: {
            version: components["schemas"]["Id"];
            body: string;
            inline_emotes: components["schemas"]["InlineEmote"][];
            refs?: components["schemas"]["Id"][];
            mentions?: components["schemas"]["UserId"][];
            /** @description User id; `null` for the message as it was sent. */
            edited_by: string | null;
            created_at: components["schemas"]["Time"];
        };
        /** @description A page of versions. */
        MessageVersionPage: {
            versions: components["schemas"]["MessageVersion"][];
            has_more: boolean;
        };
        /** @description A file of a message. */
        Attachment: {
            /** @description Its place in the message, from 1. */
            id: components["schemas"]["Id"];
            asset_id: components["schemas"]["Id"];
            filename: string;
            content_type: string;
            /** Format: int64 */
            size_bytes: number;
        };
        /** @description A file to send along: an asset, and what it is (CH-500 to CH-504). */
        NewAttachment: {
            asset_id: components["schemas"]["IdInput"];
            filename: string;
            /** @description One of those that the server takes, such as `image/png` (CH-503). */
            content_type: string;
            /** Format: int64 */
            size_bytes: number;
        };
        /** @description An emote in place of a range of the body: code points, half-open (CH-521). */
        InlineEmote: {
            shortcode: string;
            asset_id: string;
            start_index: number;
            end_index: number;
        };
        /** @description An emote in place of a range of the body (CH-520 to CH-522). */
        NewInlineEmote: {
            shortcode: string;
            asset_id: components["schemas"]["IdInput"];
            start_index: number;
            end_index: number;
        };
        /** @description One emote under a message (CH-403). */
        ReactionSummary: {
            emote_asset_id: string;
            /**
             * Format: int64
             * @description Of users; the true number.
             */
            count: number;
            /** @description Oldest reaction first, at most 100 (CH-404). */
            user_ids: components["schemas"]["UserId"][];
        };
        /** @description An emote: an asset id or a Unicode emoji, 1 to 64 characters (CH-405). */
        NewReaction: {
            emote_asset_id: components["schemas"]["IdInput"];
        };
        /** @description What was done. */
        Notice: {
            message: string;
        };
        /** @description Up to where the caller has read. */
        MarkRead: {
            last_read_message_id: components["schemas"]["IdInput"];
        };
        /** @description The read cursor of the caller. */
        ReadCursor: {
            channel_id: components["schemas"]["Id"];
            last_read_message_id: components["schemas"]["Id"];
            updated_at: components["schemas"]["Time"];
        };
        /** @description How far a member has read; `null` is nowhere. */
        MemberRead: {
            user_id: components["schemas"]["UserId"];
            last_read_message_id: string | null;
            /** Format: int64 */
            updated_at: number | null;
        };
        /** @description A page of read positions. */
        MemberReadPage: {
            reads: components["schemas"]["MemberRead"][];
            has_more: boolean;
        };
        /** @description Who is typing. */
        TypingUsers: {
            typing_users: components["schemas"]["UserId"][];
        };
        /** @description A ticket for the WebSocket. */
        SocketTicket: {
            data: {
                ticket: string;
                expires_at: components["schemas"]["Time"];
            };
        };
        /** @description How many are connected to a channel. */
        Occupancy: {
            channel_id: components["schemas"]["Id"];
            connections: number;
            presence_members: number;
        };
        /** @description A user who is present. */
        PresenceMember: {
            user_id: components["schemas"]["UserId"];
            display_name: string;
            since: components["schemas"]["Time"];
        };
        /** @description Who is present. */
        PresencePage: {
            members: components["schemas"]["PresenceMember"][];
        };
        /**
         * @description What a file is for.
         * @enum {string}
         */
        UploadType: "chat_attachment" | "emote";
        /** @description A file that is to come. */
        NewUpload: {
            upload_type: components["schemas"]["UploadType"];
            filename: string;
            content_type: string;
            /** Format: int64 */
            size_bytes: number;
            /** @description The channel of a `chat_attachment`. */
            channel_id?: string | number | null;
            /** @description Of an `emote` (CH-522). */
            shortcode?: string | null;
        };
        /** @description How an upload stands. */
        Upload: {
            upload_id: components["schemas"]["Id"];
            /** @description Equal to `upload_id`. */
            asset_id: components["schemas"]["Id"];
            /**
             * @description `pending`: no bytes yet. `processing`: they are coming, or wait for completion. `failed`: not completed in
             *     time.
             * @enum {string}
             */
            state: "pending" | "processing" | "ready" | "failed";
            upload_type: components["schemas"]["UploadType"];
            filename: string;
            content_type: string;
            /** Format: int64 */
            size_bytes: number;
            /** @description Of the bytes, in hexadecimal; of a `ready` upload. */
            sha256?: string;
            shortcode?: string;
            channel_id?: components["schemas"]["Id"];
            created_at: components["schemas"]["Time"];
            /** @description Until when the URL is good. */
            expires_at: components["schemas"]["Time"];
        };
        /** @description An upload, and how to send its bytes. */
        BegunUpload: components["schemas"]["Upload"] & {
            /** Format: uri */
            upload_url: string;
            /** @enum {string} */
            method: "PUT";
            headers: {
                [key: string]: string;
            };
        };
        /** @description A URL that works without a token. */
        SignedUrl: {
            /** Format: uri */
            url: string;
            expires_at: components["schemas"]["Time"];
        };
        /** @description A user whom the caller blocks. */
        Block: {
            user_id: components["schemas"]["UserId"];
            display_name: string;
            created_at: components["schemas"]["Time"];
        };
        /** @description The blocks of the caller. */
        BlockList: {
            blocks: components["schemas"]["Block"][];
        };
        /** @description A tenant. */
        App: {
            id: components["schemas"]["AppId"];
            created_at: components["schemas"]["Time"];
            limits: components["schemas"]["Limits"];
        };
        /** @description Apps. */
        AppList: {
            apps: components["schemas"]["App"][];
        };
        /** @description An app to create; without limits it has the defaults. */
        NewApp: {
            id: components["schemas"]["AppId"];
            limits?: components["schemas"]["Limits"];
        };
        /** @description Numbers of requests, or `off` for none. */
        Limits: components["schemas"]["LimitNumbers"] | "off";
        /** @description Those that are set; what is absent, or 0, is the default. */
        LimitNumbers: {
            /** @description Sends a second of a user. */
            user_sends?: number;
            user_send_burst?: number;
            /** @description Other requests a second of a user. */
            user_requests?: number;
            user_burst?: number;
            /** @description Sends a second of all users together. */
            app_sends?: number;
            /** @description Pages of messages a second of all users together. */
            app_history_reads?: number;
            /** @description Sockets that a user has open at once on a node. */
            user_sockets?: number;
        };
        /**
         * @description Resources to operations: `*` stands for all channels, `name:*` for those of a namespace; the operation `*` for
         *     all but `admin`.
         */
        Capability: {
            [key: string]: string[];
        };
        /** @description A key of an app; its secret is not shown. */
        Key: {
            id: components["schemas"]["KeyId"];
            /** @description `appId.keyId`. */
            name: string;
            capability: components["schemas"]["Capability"];
            /** @description Whether it signs tokens. */
            native: boolean;
            /** @description Of its secret. */
            version: number;
            issued_at: components["schemas"]["Time"];
            /** Format: int64 */
            revoked_at: number | null;
        };
        /** @description Keys. */
        KeyList: {
            keys: components["schemas"]["Key"][];
        };
        /**
         * @description What the key is to be. Without `id` and `secret` they are drawn; without `capability` it may do everything but
         *     `admin`, and is native.
         */
        NewKey: {
            id?: components["schemas"]["KeyId"];
            secret?: string;
            capability?: components["schemas"]["Capability"];
            native?: boolean | null;
        };
        /** @description The secret to have; drawn when absent. */
        KeySecret: {
            secret?: string;
        };
        /** @description A key with its secret, shown this once. */
        IssuedKey: {
            /** @description `appId.keyId`. */
            name: string;
            secret: string;
            /** @description Until when the replaced secret is valid. */
            former_valid_until?: components["schemas"]["Time"];
        };
        /** @description For whom, and for how long. */
        NewToken: {
            app: components["schemas"]["AppId"];
            user: components["schemas"]["UserId"];
            /** @description The display name. */
            name?: string;
            /**
             * Format: int64
             * @description A day when absent or 0.
             */
            ttl_seconds?: number;
        };
        /** @description A token of a user. */
        Token: {
            token: string;
            expires_at: components["schemas"]["Time"];
            /** @description The key that signed it. */
            key: string;
        };
        /** @description An entry of a source. */
        ImportOrigin: {
            source: string;
            /** Format: int64 */
            n: number;
        };
        /** @description A command, in the name of a user. */
        ImportLine: {
            /** @enum {string} */
            op: "create_channel" | "add_member" | "remove_member" | "send" | "edit" | "delete" | "react" | "unreact" | "read";
            /** @description Name of the source, printable ASCII. */
            source: string;
            /**
             * Format: int64
             * @description Number in the source.
             */
            n: number;
            /** @description The acting user; absent: the importer itself. */
            as?: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description Milliseconds since 1970; absent: now.
             */
            time?: number | null;
            channel?: components["schemas"]["Id"];
            /** @description The line that created the channel, instead of `channel`. */
            channel_of?: components["schemas"]["ImportOrigin"];
            type?: components["schemas"]["ChannelType"];
            name?: string;
            user?: components["schemas"]["UserId"];
            role?: components["schemas"]["Role"];
            body?: string;
            /** @enum {string} */
            kind?: "text" | "action" | "image" | "audio" | "video" | "file" | "location" | "command" | "custom";
            refs?: components["schemas"]["Id"][];
            refs_of?: components["schemas"]["ImportOrigin"][];
            mentions?: components["schemas"]["UserId"][];
            message?: components["schemas"]["Id"];
            /** @description The line that sent the message, instead of `message`. */
            message_of?: components["schemas"]["ImportOrigin"];
            emote?: string;
        };
        /** @description What came of a line. */
        ImportResult: {
            /** @description From 1. */
            line: number;
            /**
             * @description `repeated`: it was imported before. `unchanged`: there was nothing to do. `refused`: the line or the rules
             *     do not allow it. `failed`: try again; what follows it in its channel has failed, too.
             * @enum {string}
             */
            status: "done" | "repeated" | "unchanged" | "refused" | "failed";
            channel_id?: components["schemas"]["Id"];
            message_id?: components["schemas"]["Id"];
            /** Format: int64 */
            position?: number;
            error?: components["schemas"]["LineError"];
        };
        /** @description Why a line failed. */
        LineError: {
            code: components["schemas"]["ErrorCode"];
            message: string;
        };
        /** @description An event, or in the last line what has failed. */
        AuditLine: components["schemas"]["AuditEvent"] | components["schemas"]["AuditFailure"];
        /** @description A failure in the middle of the answer. */
        AuditFailure: {
            error: components["schemas"]["LineError"];
        };
        /** @description An event of the log. */
        AuditEvent: {
            /** Format: int64 */
            position: number;
            /** @description When the log recorded it. */
            recorded_at: components["schemas"]["Millis"];
            /**
             * Format: int64
             * @description The time of the command, milliseconds since 1970.
             */
            time: number;
            type: string;
            /** @description Version of the type. */
            v: number;
            /** Format: uuid */
            id: string;
            stream: string;
            /** Format: int64 */
            revision: number;
            app?: components["schemas"]["AppId"];
            channel?: components["schemas"]["Id"];
            message?: components["schemas"]["Id"];
            /** @description Whose stream it is. */
            user?: components["schemas"]["UserId"];
            actor: string;
            actor_kind: string;
            /** @description Who acted in the name of the actor. */
            via?: string;
            dialect?: string;
            /** @description The `X-Request-Id`. */
            request?: string;
            /** @description The fields of the event. */
            data?: Record<string, never>;
        };
        /** @description A projection as this node sees it. */
        Projection: {
            name: string;
            /** @description Of the code. */
            version: number;
            build: number;
            /**
             * Format: int64
             * @description Up to where it has followed the log.
             */
            position: number;
            /** @description Why it is stopped; absent otherwise. */
            stopped?: string;
            parked: components["schemas"]["ParkedPartition"][];
            builds: components["schemas"]["ProjectionBuild"][];
            rebuild?: components["schemas"]["ProjectionJob"];
            verify?: components["schemas"]["ProjectionJob"];
        };
        /** @description The projections. */
        ProjectionList: {
            projections: components["schemas"]["Projection"][];
        };
        /** @description A build that there is, of this code or of another version. */
        ProjectionBuild: {
            projection: string;
            version: number;
            build: number;
            /** @enum {string} */
            state: "building" | "live" | "retired" | "scratch";
            /** Format: int64 */
            position: number;
            /** @description How many partitions. */
            parked: number;
        };
        /** @description What stands still since an event that could not be applied. */
        ParkedPartition: {
            app: string;
            /** @enum {string} */
            kind: "channel" | "user" | "app" | "stream";
            id: string;
            /**
             * Format: int64
             * @description Of the event.
             */
            position: number;
            /** Format: uuid */
            event: string;
            type: string;
            /** @description Without content. */
            error: string;
            /** @description Of the event. */
            at: components["schemas"]["Millis"];
        };
        /** @description How it is built. */
        RebuildOptions: {
            /** @description Events per second at most; 0 for as many as readers and writers allow. */
            rate?: number;
            /** @description Throw an unfinished build away. */
            restart?: boolean;
            /** @description Show the new build whatever it has parked. */
            force?: boolean;
        };
        /** @description How far a rebuild or a comparison is. */
        ProjectionJob: {
            projection: string;
            version: number;
            build: number;
            /** @enum {string} */
            phase: "waiting" | "applying" | "indexing" | "switching" | "comparing" | "done" | "failed";
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            target: number;
            per_second: number;
            /** @description An estimate; 0 if there is none. */
            seconds_left: number;
            parked?: components["schemas"]["ParkedPartition"][];
            error?: string;
            verdict?: components["schemas"]["Verdict"];
        };
        /** @description What a comparison of the live build with the log has found. */
        Verdict: {
            projection: string;
            version: number;
            build: number;
            /**
             * Format: int64
             * @description At which the two were compared.
             */
            position: number;
            tables: components["schemas"]["TableVerdict"][];
            /** Format: int64 */
            rows: number;
            /** Format: int64 */
            differences: number;
            /** @description Left out from there on. */
            parked?: components["schemas"]["ParkedPartition"][];
            seconds: number;
        };
        /** @description The part about one table. */
        TableVerdict: {
            table: string;
            /**
             * Format: int64
             * @description Of the live build.
             */
            rows: number;
            /**
             * Format: int64
             * @description Of the log.
             */
            replayed: number;
            /** Format: int64 */
            differences: number;
            first?: components["schemas"]["Difference"][];
        };
        /** @description A row that is not what the log makes of it. */
        Difference: {
            table: string;
            /** @enum {string} */
            kind: "changed" | "missing" | "extra";
            /** @description column=value. */
            key: string[];
            /** @description That differ; sealed ones with the beginnings of their hashes. */
            columns?: string[];
        };
        /** @description The process is alive. */
        Health: {
            /** @enum {string} */
            status: "ok";
        };
        /** @description The node can serve. */
        Readiness: {
            /** @enum {string} */
            status: "ready";
            /** @description What the operator should know, by check. */
            notes?: {
                [key: string]: string;
            };
        };
        /** @description The node cannot serve. */
        NotReady: components["schemas"]["Error"] & {
            /** @enum {string} */
            status: "not ready";
            /** @description What is wrong, by check. */
            failed: {
                [key: string]: string;
            };
        };
    };
    responses: {
        /** @description A malformed body, parameter or header (CH-013, CH-022). */
        InvalidRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Refused: `INVALID_REQUEST`, `INVALID_LIMIT`, `INVALID_CURSOR`. */
        InvalidPage: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Refused: `AUTH_MISSING_TOKEN`, `AUTH_INVALID_TOKEN`, `AUTH_TOKEN_EXPIRED`. */
        Unauthenticated: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "WWW-Authenticate": components["headers"]["Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Refused: `AUTH_MISSING_TOKEN`, `AUTH_INVALID_TOKEN`. */
        UnauthenticatedAdmin: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "WWW-Authenticate": components["headers"]["Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The caller is not in the channel (CH-132, CH-201, CH-302, CH-316). */
        NotMember: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The credential, or the signature of the URL, does not allow this (CH-542). */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No such channel in this app (CH-131). */
        ChannelNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Refused: `CHAT_CHANNEL_NOT_FOUND`, `CHAT_MESSAGE_NOT_FOUND`. */
        MessageNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Refused: `CHAT_CHANNEL_NOT_FOUND`, `CHAT_MEMBER_NOT_FOUND`. */
        MemberNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No such upload of the caller (CH-537). */
        UploadNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No such app, or not one of the credential. */
        AppNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Refused: `APP_NOT_FOUND`, `KEY_NOT_FOUND`. */
        KeyNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No such projection, or this node has begun none. */
        ProjectionNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No such file, or no smaller size of it (CH-543, CH-544). */
        AssetNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is too large (CH-015, CH-535). */
        BodyTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Clearly not JSON in UTF-8, or encoded (CH-001). */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The key was used for another request (CH-306). */
        IdempotencyKeyReused: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Too many requests; wait as long as `Retry-After` says (CH-019, CH-533). */
        RateLimited: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A fault of the server; its log has the request id. */
        Internal: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Not right now; try again (CH-028). */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                "Parley-Stale": components["headers"]["Stale"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
        RequestId: string;
        /**
         * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
         * @example pb
         */
        MinPosition: string;
        /**
         * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
         * @example 7f6b1c
         */
        IdempotencyKey: string;
        /**
         * @description Of a channel.
         * @example 914493032710364260
         */
        ChannelID: components["schemas"]["Id"];
        /**
         * @description Of a message of the channel.
         * @example 914493034232545280
         */
        MessageID: components["schemas"]["Id"];
        /**
         * @description Of a user, percent-encoded (CH-023).
         * @example bob
         */
        UserID: components["schemas"]["UserId"];
        /**
         * @description The place of the attachment in the message, from 1.
         * @example 1
         */
        AttachmentID: components["schemas"]["Id"];
        /**
         * @description The `emote_asset_id` of the reaction, percent-encoded.
         * @example 999888777
         */
        EmoteID: string;
        /**
         * @description Of an upload.
         * @example 2491693814329625179
         */
        UploadID: components["schemas"]["Id"];
        /** @description `public`: the rooms of the app (CH-104). */
        ChannelScope: "public";
        /** @description Whether hidden channels are listed too (CH-102). */
        IncludeHidden: boolean;
        /** @description The most entries of the answer (CH-103). */
        Limit1000: number;
        /** @description The most entries of the answer (CH-311). */
        Limit100: number;
        /** @description The last channel of the page before (CH-103). */
        BeforeChannel: components["schemas"]["Id"];
        /** @description Only messages with a smaller id (CH-312). */
        BeforeMessage: components["schemas"]["Id"];
        /** @description Only messages with a greater id, oldest first; not together with `before` (CH-314). */
        AfterMessage: components["schemas"]["Id"];
        /** @description The last version of the page before (CH-318). */
        AfterVersion: components["schemas"]["Id"];
        /** @description The last user of the page before. */
        AfterUser: components["schemas"]["UserId"];
        /** @description The last id of the page before. */
        AfterId: string;
        /** @description Only messages of this time or later (CH-319). */
        Start: components["schemas"]["Time"];
        /** @description Only messages before this time (CH-319). */
        End: components["schemas"]["Time"];
        /**
         * @description The longest edge in pixels; `full` is the file as it is, and the only size of what is no image (CH-511,
         *     CH-512).
         */
        SizeParam: components["schemas"]["Size"];
        /** @description From `createSocketTicket` (CH-801). */
        Ticket: string;
        /** @description `page`: the first and the last event are called `message_create` and `typing_start` (CH-811). */
        EventNames: "page";
        /**
         * @description The app that keeps the file.
         * @example demo
         */
        AssetApp: components["schemas"]["AppId"];
        /**
         * @description Of the file.
         * @example 4785726996002535183
         */
        AssetID: components["schemas"]["Id"];
        /** @description Signed. */
        AssetSize: components["schemas"]["Size"];
        /**
         * @description Until when the URL is good; signed.
         * @example 1795872530
         */
        Expires: components["schemas"]["Time"];
        /**
         * @description How many bytes were announced; signed.
         * @example 5
         */
        SizeBytes: number;
        /**
         * @description The type that was announced; signed.
         * @example text/plain
         */
        ContentType: string;
        /**
         * @description HMAC-SHA256 in base64url without padding (CH-513).
         * @example xUJBj1ZgM0urR-9Kg7gL47wfwY_shNRw5BOR6zxGW2k
         */
        Signature: string;
        /**
         * @description One range of bytes; several are answered with all of it (CH-541).
         * @example bytes=0-1023
         */
        Range: string;
        /** @description An `ETag` that the client has. */
        IfNoneMatch: string;
        /**
         * @description Of an app.
         * @example demo
         */
        AppParam: components["schemas"]["AppId"];
        /**
         * @description Of a key inside its app.
         * @example web
         */
        KeyParam: components["schemas"]["KeyId"];
        /** @description The app; a key may leave it out. */
        ImportApp: components["schemas"]["AppId"];
        /** @description Events of an app. */
        AuditApp: components["schemas"]["AppId"];
        /** @description Events of a channel and its messages. */
        AuditChannel: components["schemas"]["Id"];
        /** @description What a user did, and what was done to it. */
        AuditUser: components["schemas"]["UserId"];
        /**
         * @description Who acted: a user id, a key id, or `operator`.
         * @example operator
         */
        AuditActor: string;
        /**
         * @description Types of events, repeated or with commas.
         * @example [
         *       "MessageSent"
         *     ]
         */
        AuditType: string[];
        /**
         * @description Recorded at this time or later: RFC 3339, or seconds since 1970.
         * @example 2026-03-01T12:00:00Z
         */
        AuditFrom: string;
        /** @description Recorded before this time. */
        AuditTo: string;
        /** @description Behind this position. */
        AuditAfter: number;
        /** @description Before this position. */
        AuditBefore: number;
        /** @description The first ones. */
        AuditLimit: number;
        /** @description The last ones; not together with `limit`. */
        AuditLast: number;
        /** @description Open what is sealed. */
        AuditReveal: boolean;
        /**
         * @description Of a projection.
         * @example timeline
         */
        ProjectionParam: string;
        /** @description `true`: one line each time it is farther. */
        Follow: true;
        /**
         * @description The name of the file.
         * @example scalar.js
         */
        DocsFile: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description The request's own id if it has a usable one, else a new one (CH-018).
         * @example 5963881d-0a94-4326-853b-d0e26bf28e01
         */
        RequestId: string;
        /**
         * @description Where the effect is in the log: opaque text for `Parley-Min-Position` (CH-028).
         * @example pb
         */
        Position: string;
        /**
         * @description The read model of this channel stands still: which one, and from which position on something is missing.
         *     Absent otherwise.
         * @example timeline@4711
         */
        Stale: string;
        /**
         * @description `true` in the answer to a repeat, absent otherwise (CH-306).
         * @example true
         */
        Replayed: "true";
        /**
         * @description Whole seconds to wait, at least 1.
         * @example 1
         */
        RetryAfter: number;
        /**
         * @description The scheme that is wanted.
         * @example Bearer
         */
        Authenticate: string;
        /**
         * @description Changes with the content.
         * @example "5f2c8e"
         */
        ETag: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listChannels: {
        parameters: {
            query?: {
                /** @description `public`: the rooms of the app (CH-104). */
                scope?: components["parameters"]["ChannelScope"];
                /** @description Whether hidden channels are listed too (CH-102). */
                include_hidden?: components["parameters"]["IncludeHidden"];
                /** @description The most entries of the answer (CH-103). */
                limit?: components["parameters"]["Limit1000"];
                /** @description The last channel of the page before (CH-103). */
                before?: components["parameters"]["BeforeChannel"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The channels. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"][];
                };
            };
            400: components["responses"]["InvalidPage"];
            401: components["responses"]["Unauthenticated"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createChannel: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            /** @description The channel that there is: a direct message, or the answer to a repeat. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description The new channel. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_CANNOT_DM_SELF`, `CHAT_INVALID_NAME`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_DM_BLOCKED_USER`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `CHAT_CHANNEL_NOT_FOUND`: a repeat, and the channel has been deleted meanwhile. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getChannel: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The channel. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    renameChannel: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelName"];
            };
        };
        responses: {
            /** @description The channel under its new name. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_CANNOT_MODIFY_DM`, `CHAT_INVALID_NAME`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `CHAT_NOT_ADMIN`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["ChannelNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteChannel: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_CANNOT_MODIFY_DM`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `CHAT_NOT_OWNER`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["ChannelNotFound"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    hideChannel: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HideChannel"];
            };
        };
        responses: {
            /** @description It is as asked, whether it was before or not. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description The most entries of the answer (CH-103). */
                limit?: components["parameters"]["Limit1000"];
                /** @description The last user of the page before. */
                after?: components["parameters"]["AfterUser"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The members. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"][];
                };
            };
            400: components["responses"]["InvalidPage"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    addMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            /** @description The answer to a repeat. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description The new member. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_CANNOT_MODIFY_DM`, `CHAT_INVALID_ROLE`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `CHAT_NOT_ADMIN`, `CHAT_NOT_OWNER`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["ChannelNotFound"];
            /** @description Refused: `CHAT_ALREADY_MEMBER`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeMemberRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a user, percent-encoded (CH-023).
                 * @example bob
                 */
                userID: components["parameters"]["UserID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberRole"];
            };
        };
        responses: {
            /** @description The member. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_CANNOT_MODIFY_DM`, `CHAT_INVALID_ROLE`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `CHAT_NOT_OWNER`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["MemberNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a user, percent-encoded (CH-023).
                 * @example bob
                 */
                userID: components["parameters"]["UserID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is not a member any more. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_CANNOT_MODIFY_DM`, `CHAT_CANNOT_REMOVE_OWNER`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `CHAT_NOT_ADMIN`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["MemberNotFound"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /** @description The most entries of the answer (CH-311). */
                limit?: components["parameters"]["Limit100"];
                /** @description Only messages with a smaller id (CH-312). */
                before?: components["parameters"]["BeforeMessage"];
                /** @description Only messages with a greater id, oldest first; not together with `before` (CH-314). */
                after?: components["parameters"]["AfterMessage"];
                /** @description Only messages of this time or later (CH-319). */
                start?: components["parameters"]["Start"];
                /** @description Only messages before this time (CH-319). */
                end?: components["parameters"]["End"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            400: components["responses"]["InvalidPage"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    sendMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description The answer to a repeat: the message as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The new message. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /**
             * @description Refused: `INVALID_REQUEST`, `CHAT_EMPTY_MESSAGE`, `CHAT_MESSAGE_TOO_LONG`, `CHAT_INVALID_ATTACHMENT`,
             *     `CHAT_INVALID_EMOTE`.
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `CHAT_DM_BLOCKED_USER`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `CHAT_CHANNEL_NOT_FOUND`, or `CHAT_MESSAGE_NOT_FOUND` for a ref to a message that the channel does not have. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The message. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["MessageNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    editMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessageEdit"];
            };
        };
        responses: {
            /** @description The message after the edit. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_EMPTY_MESSAGE`, `CHAT_MESSAGE_TOO_LONG`, `CHAT_INVALID_EMOTE`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `CHAT_NOT_MESSAGE_AUTHOR`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["MessageNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `CHAT_NOT_MESSAGE_AUTHOR`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["MessageNotFound"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMessageVersions: {
        parameters: {
            query?: {
                /** @description The most entries of the answer (CH-311). */
                limit?: components["parameters"]["Limit100"];
                /** @description The last version of the page before (CH-318). */
                after?: components["parameters"]["AfterVersion"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageVersionPage"];
                };
            };
            400: components["responses"]["InvalidPage"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["MessageNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAttachmentUrl: {
        parameters: {
            query?: {
                /**
                 * @description The longest edge in pixels; `full` is the file as it is, and the only size of what is no image (CH-511,
                 *     CH-512).
                 */
                size?: components["parameters"]["SizeParam"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
                /**
                 * @description The place of the attachment in the message, from 1.
                 * @example 1
                 */
                attachmentID: components["parameters"]["AttachmentID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The URL. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedUrl"];
                };
            };
            /** @description Refused: `INVALID_REQUEST`, `INVALID_SIZE`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            /** @description Refused: `CHAT_CHANNEL_NOT_FOUND`, `CHAT_MESSAGE_NOT_FOUND`, `CHAT_ATTACHMENT_NOT_FOUND`. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    addReaction: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReaction"];
            };
        };
        responses: {
            /** @description The answer to a repeat. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notice"];
                };
            };
            /** @description It is added. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notice"];
                };
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_INVALID_EMOTE`, `CHAT_TOO_MANY_REACTIONS`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["MessageNotFound"];
            /** @description Refused: `CHAT_REACTION_EXISTS`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeReaction: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description 1 to 128 printable ASCII characters. A repeat of the request with the same key has no second effect (CH-306).
                 * @example 7f6b1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
                /**
                 * @description Of a message of the channel.
                 * @example 914493034232545280
                 */
                messageID: components["parameters"]["MessageID"];
                /**
                 * @description The `emote_asset_id` of the reaction, percent-encoded.
                 * @example 999888777
                 */
                emoteID: components["parameters"]["EmoteID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["Replayed"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            /** @description Refused: `CHAT_CHANNEL_NOT_FOUND`, `CHAT_MESSAGE_NOT_FOUND`, `CHAT_REACTION_NOT_FOUND`. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    markRead: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarkRead"];
            };
        };
        responses: {
            /** @description The cursor. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadCursor"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["MessageNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listReads: {
        parameters: {
            query?: {
                /** @description The most entries of the answer (CH-103). */
                limit?: components["parameters"]["Limit1000"];
                /** @description The last user of the page before. */
                after?: components["parameters"]["AfterUser"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The read positions. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberReadPage"];
                };
            };
            400: components["responses"]["InvalidPage"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTyping: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The typing users. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TypingUsers"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    signalTyping: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is known. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createSocketTicket: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SocketTicket"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    openSocket: {
        parameters: {
            query?: {
                /** @description From `createSocketTicket` (CH-801). */
                ticket?: components["parameters"]["Ticket"];
                /** @description `page`: the first and the last event are called `message_create` and `typing_start` (CH-811). */
                names?: components["parameters"]["EventNames"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is a WebSocket from here on. */
            101: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            /** @description Neither a good ticket nor a good token; before the upgrade. */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "WWW-Authenticate": components["headers"]["Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A page of an origin that is not allowed (CH-826). */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOccupancy: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Occupancy"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPresence: {
        parameters: {
            query?: {
                /** @description The most entries of the answer (CH-103). */
                limit?: components["parameters"]["Limit1000"];
                /** @description The last user of the page before. */
                after?: components["parameters"]["AfterUser"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of a channel.
                 * @example 914493032710364260
                 */
                channelID: components["parameters"]["ChannelID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The users. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresencePage"];
                };
            };
            400: components["responses"]["InvalidPage"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotMember"];
            404: components["responses"]["ChannelNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUpload"];
            };
        };
        responses: {
            /** @description The upload, and how to send the bytes. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BegunUpload"];
                };
            };
            /** @description Refused: `INVALID_REQUEST`, `CHAT_INVALID_ATTACHMENT`, `CHAT_INVALID_EMOTE`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            /** @description Refused: `CHAT_NOT_MEMBER`, `UPLOAD_QUOTA_EXCEEDED`. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            404: components["responses"]["ChannelNotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an upload.
                 * @example 2491693814329625179
                 */
                uploadID: components["parameters"]["UploadID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["UploadNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    completeUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an upload.
                 * @example 2491693814329625179
                 */
                uploadID: components["parameters"]["UploadID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload: `ready`, with the type that the bytes have. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["UploadNotFound"];
            /** @description Refused: `UPLOAD_INCOMPLETE`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getFile: {
        parameters: {
            query: {
                /** @description Signed. */
                size: components["parameters"]["AssetSize"];
                /**
                 * @description Until when the URL is good; signed.
                 * @example 1795872530
                 */
                expires: components["parameters"]["Expires"];
                /**
                 * @description HMAC-SHA256 in base64url without padding (CH-513).
                 * @example xUJBj1ZgM0urR-9Kg7gL47wfwY_shNRw5BOR6zxGW2k
                 */
                signature: components["parameters"]["Signature"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description One range of bytes; several are answered with all of it (CH-541).
                 * @example bytes=0-1023
                 */
                Range?: components["parameters"]["Range"];
                /** @description An `ETag` that the client has. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The app that keeps the file.
                 * @example demo
                 */
                appID: components["parameters"]["AssetApp"];
                /**
                 * @description Of the file.
                 * @example 4785726996002535183
                 */
                assetID: components["parameters"]["AssetID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description A range of the bytes. */
            206: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The client has them. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AssetNotFound"];
            /** @description Refused: `PRECONDITION_FAILED`. */
            412: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Refused: `RANGE_NOT_SATISFIABLE`. */
            416: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    putFile: {
        parameters: {
            query: {
                /**
                 * @description Until when the URL is good; signed.
                 * @example 1795872530
                 */
                expires: components["parameters"]["Expires"];
                /**
                 * @description How many bytes were announced; signed.
                 * @example 5
                 */
                size_bytes: components["parameters"]["SizeBytes"];
                /**
                 * @description The type that was announced; signed.
                 * @example text/plain
                 */
                content_type: components["parameters"]["ContentType"];
                /**
                 * @description HMAC-SHA256 in base64url without padding (CH-513).
                 * @example xUJBj1ZgM0urR-9Kg7gL47wfwY_shNRw5BOR6zxGW2k
                 */
                signature: components["parameters"]["Signature"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description The app that keeps the file.
                 * @example demo
                 */
                appID: components["parameters"]["AssetApp"];
                /**
                 * @description Of the file.
                 * @example 4785726996002535183
                 */
                assetID: components["parameters"]["AssetID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "*/*": string;
            };
        };
        responses: {
            /** @description The bytes are here; complete the upload. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: `INVALID_UPLOAD`. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AssetNotFound"];
            /** @description Refused: `UPLOAD_EXISTS`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listBlocks: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The blocks. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Stale": components["headers"]["Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BlockList"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    blockUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a user, percent-encoded (CH-023).
                 * @example bob
                 */
                userID: components["parameters"]["UserID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is as asked. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    unblockUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a user, percent-encoded (CH-023).
                 * @example bob
                 */
                userID: components["parameters"]["UserID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is as asked. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listApps: {
        parameters: {
            query?: {
                /** @description The most entries of the answer (CH-103). */
                limit?: components["parameters"]["Limit1000"];
                /** @description The last id of the page before. */
                after?: components["parameters"]["AfterId"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The apps. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppList"];
                };
            };
            400: components["responses"]["InvalidPage"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApp"];
            };
        };
        responses: {
            /** @description The new app. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["App"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            /** @description Refused: `APP_EXISTS`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The app. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["App"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AppNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    limitApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Limits"];
            };
        };
        responses: {
            /** @description The app. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["App"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AppNotFound"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description The most entries of the answer (CH-103). */
                limit?: components["parameters"]["Limit1000"];
                /** @description The last id of the page before. */
                after?: components["parameters"]["AfterId"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description A `Parley-Position`: the answer includes that write, whoever made it; after 2 s `503` (CH-028).
                 * @example pb
                 */
                "Parley-Min-Position"?: components["parameters"]["MinPosition"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            400: components["responses"]["InvalidPage"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AppNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    issueKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description The key and its secret, shown this once. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedKey"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AppNotFound"];
            /** @description Refused: `KEY_EXISTS`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
                /**
                 * @description Of a key inside its app.
                 * @example web
                 */
                key: components["parameters"]["KeyParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["KeyNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of an app.
                 * @example demo
                 */
                app: components["parameters"]["AppParam"];
                /**
                 * @description Of a key inside its app.
                 * @example web
                 */
                key: components["parameters"]["KeyParam"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["KeySecret"];
            };
        };
        responses: {
            /** @description The new secret, shown this once. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Parley-Position": components["headers"]["Position"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedKey"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["KeyNotFound"];
            /** @description Refused: `KEY_REVOKED`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description The token. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AppNotFound"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    importEntries: {
        parameters: {
            query?: {
                /** @description The app; a key may leave it out. */
                app?: components["parameters"]["ImportApp"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-ndjson": components["schemas"]["ImportLine"];
            };
        };
        responses: {
            /** @description One line for each line of the request, in its order; the schema is that of a line. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ImportResult"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AppNotFound"];
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    readAuditLog: {
        parameters: {
            query?: {
                /** @description Events of an app. */
                app?: components["parameters"]["AuditApp"];
                /** @description Events of a channel and its messages. */
                channel?: components["parameters"]["AuditChannel"];
                /** @description What a user did, and what was done to it. */
                user?: components["parameters"]["AuditUser"];
                /**
                 * @description Who acted: a user id, a key id, or `operator`.
                 * @example operator
                 */
                actor?: components["parameters"]["AuditActor"];
                /**
                 * @description Types of events, repeated or with commas.
                 * @example [
                 *       "MessageSent"
                 *     ]
                 */
                type?: components["parameters"]["AuditType"];
                /**
                 * @description Recorded at this time or later: RFC 3339, or seconds since 1970.
                 * @example 2026-03-01T12:00:00Z
                 */
                from?: components["parameters"]["AuditFrom"];
                /** @description Recorded before this time. */
                to?: components["parameters"]["AuditTo"];
                /** @description Behind this position. */
                after?: components["parameters"]["AuditAfter"];
                /** @description Before this position. */
                before?: components["parameters"]["AuditBefore"];
                /** @description The first ones. */
                limit?: components["parameters"]["AuditLimit"];
                /** @description The last ones; not together with `limit`. */
                last?: components["parameters"]["AuditLast"];
                /** @description Open what is sealed. */
                reveal?: components["parameters"]["AuditReveal"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events; the schema is that of a line. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["AuditLine"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["AppNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listProjections: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The projections. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectionList"];
                };
            };
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRebuild: {
        parameters: {
            query?: {
                /** @description `true`: one line each time it is farther. */
                follow?: components["parameters"]["Follow"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a projection.
                 * @example timeline
                 */
                name: components["parameters"]["ProjectionParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far it is. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ProjectionJob"];
                    "application/json": components["schemas"]["ProjectionJob"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["ProjectionNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    rebuildProjection: {
        parameters: {
            query?: {
                /** @description `true`: one line each time it is farther. */
                follow?: components["parameters"]["Follow"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a projection.
                 * @example timeline
                 */
                name: components["parameters"]["ProjectionParam"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RebuildOptions"];
            };
        };
        responses: {
            /** @description With `follow=true`: how far it is, one line each time. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ProjectionJob"];
                };
            };
            /** @description It has begun. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectionJob"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["ProjectionNotFound"];
            /** @description Refused: `PROJECTION_BUSY`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    resumeProjection: {
        parameters: {
            query?: {
                /** @description `true`: one line each time it is farther. */
                follow?: components["parameters"]["Follow"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a projection.
                 * @example timeline
                 */
                name: components["parameters"]["ProjectionParam"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RebuildOptions"];
            };
        };
        responses: {
            /** @description With `follow=true`: how far it is, one line each time. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ProjectionJob"];
                };
            };
            /** @description It has begun. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectionJob"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["ProjectionNotFound"];
            /** @description Refused: `PROJECTION_BUSY`, `NOTHING_PARKED`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getVerification: {
        parameters: {
            query?: {
                /** @description `true`: one line each time it is farther. */
                follow?: components["parameters"]["Follow"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a projection.
                 * @example timeline
                 */
                name: components["parameters"]["ProjectionParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far it is. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ProjectionJob"];
                    "application/json": components["schemas"]["ProjectionJob"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["ProjectionNotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    verifyProjection: {
        parameters: {
            query?: {
                /** @description `true`: one line each time it is farther. */
                follow?: components["parameters"]["Follow"];
            };
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /**
                 * @description Of a projection.
                 * @example timeline
                 */
                name: components["parameters"]["ProjectionParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `follow=true`: how far it is, one line each time. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ProjectionJob"];
                };
            };
            /** @description It has begun. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectionJob"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["UnauthenticatedAdmin"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["ProjectionNotFound"];
            /** @description Refused: `PROJECTION_BUSY`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description It cannot; `failed` names what is wrong. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotReady"];
                };
            };
        };
    };
    getApiDescription: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /** @description An `ETag` that the client has. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description The client has it. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getReference: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /** @description An `ETag` that the client has. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The client has it. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getReferenceFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 64 printable ASCII characters, echoed; an unusable one is replaced (CH-018). */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /** @description An `ETag` that the client has. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The name of the file.
                 * @example scalar.js
                 */
                file: components["parameters"]["DocsFile"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The client has it. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: `NOT_FOUND`. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
