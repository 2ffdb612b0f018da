-- +goose Up

-- The head is the fence of the log: every append moves it in the statement that
-- inserts its events, so positions are gap-free and become visible in order.
CREATE TABLE es_head (
    id               smallint    NOT NULL CONSTRAINT es_head_pkey PRIMARY KEY
                                 CONSTRAINT es_head_one_row CHECK (id = 1),
    position         bigint      NOT NULL CONSTRAINT es_head_position_counts CHECK (position >= 0),
    last_id          bigint      NOT NULL CONSTRAINT es_head_last_id_counts CHECK (last_id >= 0),
    last_recorded_at timestamptz NOT NULL,
    epoch            bigint      NOT NULL
) WITH (fillfactor = 10);

COMMENT ON TABLE es_head IS 'One row: where the log ends.';
COMMENT ON COLUMN es_head.position IS 'Position of the newest event, 0 for an empty log.';
COMMENT ON COLUMN es_head.last_id IS 'The largest id that the log has drawn for a stream.';
COMMENT ON COLUMN es_head.last_recorded_at IS 'recorded_at of the newest event; never goes back.';
COMMENT ON COLUMN es_head.epoch IS 'Changes when the log is restored: a writer that knows another one forgets what it knows.';

INSERT INTO es_head (id, position, last_id, last_recorded_at, epoch)
VALUES (1, 0, 0, '2020-01-01 00:00:00+00', floor(random() * 9007199254740991)::bigint);

CREATE TABLE es_types (
    type_no smallint NOT NULL CONSTRAINT es_types_pkey PRIMARY KEY,
    name    text     COLLATE "C" NOT NULL,
    v       integer  NOT NULL,
    CONSTRAINT es_types_name_v_key UNIQUE (name, v)
);

COMMENT ON TABLE es_types IS 'Event types by version; an event carries the number.';

-- Retention empties an event and gives it type 0; its position stays.
INSERT INTO es_types (type_no, name, v) VALUES (0, 'Scavenged', 0);

CREATE TABLE es_streams (
    stream_no  integer NOT NULL CONSTRAINT es_streams_pkey PRIMARY KEY,
    stream_key uuid    NOT NULL CONSTRAINT es_streams_key_key UNIQUE,
    prefix     boolean NOT NULL,
    name       text    COLLATE "C" NOT NULL,
    CONSTRAINT es_streams_name_prefix_key UNIQUE (name, prefix)
);

COMMENT ON TABLE es_streams IS 'Names of streams. Streams of a row-less category share the row of their prefix.';
COMMENT ON COLUMN es_streams.prefix IS 'The name is a prefix: a stream is called name + id, the id being the first 8 bytes of its events'' stream_key.';

CREATE TABLE es_marks (
    stream_key      uuid        NOT NULL CONSTRAINT es_marks_pkey PRIMARY KEY,
    truncate_before integer     NOT NULL DEFAULT 0 CONSTRAINT es_marks_truncate_counts CHECK (truncate_before >= 0),
    tombstoned_at   timestamptz
);

COMMENT ON TABLE es_marks IS 'Streams of which readers see only a part: rare.';
COMMENT ON COLUMN es_marks.truncate_before IS 'Reading the stream starts at this revision.';

CREATE TABLE es_events (
    position    bigint      NOT NULL,
    stream_key  uuid        NOT NULL,
    revision    integer     NOT NULL,
    stream_no   integer     NOT NULL,
    recorded_at timestamptz NOT NULL,
    event_id    uuid        NOT NULL,
    type_no     smallint    NOT NULL,
    rest        smallint    NOT NULL,
    data        bytea       NOT NULL,
    meta        bytea,
    CONSTRAINT es_events_pkey PRIMARY KEY (position),
    CONSTRAINT es_events_stream_revision_key UNIQUE (stream_key, revision) WITH (fillfactor = 80),
    CONSTRAINT es_events_event_id_key UNIQUE (event_id)
);

COMMENT ON TABLE es_events IS 'The log: everything that happened, in order.';
COMMENT ON COLUMN es_events.stream_key IS 'First 16 bytes of SHA-256(name); in a row-less category the id in 8 bytes, then 8 bytes of SHA-256(name).';
COMMENT ON COLUMN es_events.stream_no IS 'Row of the stream''s name, or of its prefix.';
COMMENT ON COLUMN es_events.rest IS 'How many events of the same append follow this one.';
COMMENT ON COLUMN es_events.data IS 'Exactly the bytes that were appended.';
COMMENT ON COLUMN es_events.meta IS 'A JSON object of strings with sorted keys, compact; null when empty.';

CREATE INDEX es_events_recorded_at_idx ON es_events USING brin (recorded_at);

CREATE VIEW es_events_json AS
SELECT e.position,
       s.name || CASE
           WHEN s.prefix THEN ('x' || left(replace(e.stream_key::text, '-', ''), 16))::bit(64)::bigint::text
           ELSE ''
       END AS stream,
       e.revision,
       e.recorded_at,
       e.event_id,
       t.name AS type,
       t.v,
       CASE WHEN length(e.data) > 0 THEN convert_from(e.data, 'UTF8')::jsonb END AS data,
       convert_from(e.meta, 'UTF8')::jsonb AS meta
FROM es_events e
JOIN es_streams s USING (stream_no)
JOIN es_types t USING (type_no);

COMMENT ON VIEW es_events_json IS 'The log for people: names resolved, data and metadata as JSON.';
