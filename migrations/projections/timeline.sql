CREATE TABLE channel_log (
    app      text COLLATE "C" NOT NULL,
    channel  bigint           NOT NULL,
    seq      bigint           NOT NULL,
    position bigint           NOT NULL,
    type     text             NOT NULL,
    message  bigint           NOT NULL,
    actor    text COLLATE "C" NOT NULL,
    subject  text COLLATE "C" NOT NULL,
    count    bigint           NOT NULL,
    at       bigint           NOT NULL
);

ALTER TABLE channel_log ADD CONSTRAINT channel_log_pkey PRIMARY KEY (app, channel, seq);

COMMENT ON TABLE channel_log IS
    'Every event of a channel and its messages in log order, numbered densely: what live delivery, resume and audit read.';
COMMENT ON COLUMN channel_log.message IS 'The message the event is about, 0 for one about the channel.';
COMMENT ON COLUMN channel_log.actor IS 'The user who acted, empty if none did.';
COMMENT ON COLUMN channel_log.subject IS 'The user or emote that the event names, empty if none.';
COMMENT ON COLUMN channel_log.count IS 'A reaction''s count after the change.';

CREATE TABLE messages (
    app           text COLLATE "C" NOT NULL,
    channel       bigint           NOT NULL,
    msg_seq       bigint           NOT NULL,
    message       bigint           NOT NULL,
    position      bigint           NOT NULL,
    sent_at       bigint           NOT NULL,
    edited_at     bigint,
    deleted_at    bigint,
    version       bigint           NOT NULL,
    thread        bigint           NOT NULL,
    event         uuid             NOT NULL,
    edit_event    uuid,
    sender        text COLLATE "C" NOT NULL,
    sender_kind   text             NOT NULL,
    kind          text             NOT NULL,
    deleted_by    text COLLATE "C",
    refs          bigint[],
    mentions      text[] COLLATE "C",
    attachments   jsonb,
    sealed        bytea,
    edit_sealed   bytea,
    edit_refs     bigint[],
    edit_mentions text[] COLLATE "C",
    reactions     jsonb,
    CONSTRAINT messages_pkey PRIMARY KEY (app, channel, msg_seq),
    CONSTRAINT messages_message_key UNIQUE (app, channel, message)
);

CREATE INDEX messages_sent_idx ON messages (app, channel, sent_at, msg_seq) WHERE sent_at IS NOT NULL;
CREATE INDEX messages_deleted_idx ON messages (app, channel, msg_seq) WHERE deleted_at IS NOT NULL;

COMMENT ON TABLE messages IS 'Messages in the order of their channel. Content stays sealed under the author''s key.';
COMMENT ON INDEX messages_sent_idx IS
    'Partial, though it holds every row: only queries that compare sent_at may use it. For a lookup by id it costs the same on paper as long as nothing was analyzed, and then reads the whole channel.';
COMMENT ON COLUMN messages.msg_seq IS 'Dense number of the message in its channel, from 1.';
COMMENT ON COLUMN messages.sealed IS 'Content as sent, of the event; a tombstone keeps it for the sender''s name.';
COMMENT ON COLUMN messages.edit_sealed IS 'Content as last edited, of edit_event; refs and mentions likewise.';
COMMENT ON COLUMN messages.reactions IS
    'Summary of the reactions table for this message: [{k kind, n name, c count, r first ref, u users, at most 100}], the first reaction first.';

CREATE TABLE edits (
    app      text COLLATE "C" NOT NULL,
    channel  bigint           NOT NULL,
    message  bigint           NOT NULL,
    version  bigint           NOT NULL,
    editor   text COLLATE "C" NOT NULL,
    edited_at bigint          NOT NULL,
    event    uuid             NOT NULL,
    sealed   bytea,
    refs     bigint[],
    mentions text[] COLLATE "C",
    CONSTRAINT edits_pkey PRIMARY KEY (app, channel, message, version)
);

COMMENT ON TABLE edits IS 'What each edit made of a message; the message as sent is in its row.';

CREATE TABLE reactions (
    app      text COLLATE "C" NOT NULL,
    channel  bigint           NOT NULL,
    message  bigint           NOT NULL,
    kind     text             NOT NULL,
    name     text COLLATE "C" NOT NULL,
    reactor  text COLLATE "C" NOT NULL,
    count    bigint           NOT NULL,
    ref      bigint           NOT NULL,
    CONSTRAINT reactions_pkey PRIMARY KEY (app, channel, message, kind, name, reactor)
);

CREATE INDEX reactions_order_apply_idx ON reactions (app, channel, message, kind, name, ref, reactor) WHERE ref > 0;
CREATE INDEX reactions_unique_apply_idx ON reactions (app, channel, message, reactor) WHERE kind = 'unique';

COMMENT ON TABLE reactions IS 'Who reacted to a message with what; the order is that of ref.';
COMMENT ON INDEX reactions_order_apply_idx IS 'Partial, though it holds every row: see messages_sent_idx.';
COMMENT ON COLUMN reactions.count IS '1, but for reactions of kind multiple.';

CREATE TABLE channel_counters (
    app              text COLLATE "C" NOT NULL,
    channel          bigint           NOT NULL,
    last_seq         bigint           NOT NULL,
    last_msg_seq     bigint           NOT NULL,
    last_message     bigint           NOT NULL,
    last_message_at  bigint           NOT NULL,
    last_position    bigint           NOT NULL,
    last_deleted_seq bigint           NOT NULL,
    max_sent_at      bigint           NOT NULL,
    disorder         bigint           NOT NULL,
    created_at       bigint           NOT NULL DEFAULT 0,
    kind             text             NOT NULL DEFAULT '',
    deleted          boolean          NOT NULL DEFAULT false,
    owner            text COLLATE "C" NOT NULL DEFAULT '',
    event            uuid             NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    sealed           bytea,
    CONSTRAINT channel_counters_pkey PRIMARY KEY (channel, app)
) WITH (fillfactor = 70);

COMMENT ON TABLE channel_counters IS 'Where the numbers of a channel stand, and what else the list of channels shows of it.';
COMMENT ON CONSTRAINT channel_counters_pkey ON channel_counters IS
    'The channel first: its number alone decides nearly every comparison of a lookup.';
COMMENT ON COLUMN channel_counters.last_position IS 'Position of the newest message.';
COMMENT ON COLUMN channel_counters.max_sent_at IS 'Latest sent_at of all messages.';
COMMENT ON COLUMN channel_counters.disorder IS
    'By how much at most the sent_at of a message lies before that of an earlier one: bounds in time give bounds of msg_seq.';
COMMENT ON COLUMN channel_counters.last_deleted_seq IS 'Largest msg_seq of a deleted message: unread counts above it need no correction.';
COMMENT ON COLUMN channel_counters.sealed IS 'The profile under the channel''s key, of the named event.';

CREATE TABLE cursors (
    app          text COLLATE "C" NOT NULL,
    channel      bigint           NOT NULL,
    reader       text COLLATE "C" NOT NULL,
    read_seq     bigint           NOT NULL,
    read_message bigint           NOT NULL,
    updated_at   bigint           NOT NULL,
    hidden       bigint           NOT NULL DEFAULT 0,
    role         text             NOT NULL DEFAULT '',
    other        text COLLATE "C" NOT NULL DEFAULT '',
    CONSTRAINT cursors_pkey PRIMARY KEY (app, reader, channel)
) WITH (fillfactor = 80);

COMMENT ON TABLE cursors IS
    'How far each user has read, which sending and joining move too, and what else the list of channels says of the user.';
COMMENT ON COLUMN cursors.read_seq IS 'msg_seq of the newest message read.';
COMMENT ON COLUMN cursors.hidden IS
    'Position at which the user took the channel out of the list, 0 if it is there; a dm is back when a message follows.';
COMMENT ON COLUMN cursors.role IS 'That of a member; empty for somebody who wrote or read without being one.';
COMMENT ON COLUMN cursors.other IS 'The other user of a dm.';

CREATE TABLE erased (
    app      text COLLATE "C" NOT NULL,
    erased   text COLLATE "C" NOT NULL,
    position bigint           NOT NULL,
    CONSTRAINT erased_pkey PRIMARY KEY (app, erased)
);

COMMENT ON TABLE erased IS 'Users whose rows below the position are shown as erased.';
