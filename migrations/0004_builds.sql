-- +goose Up
ALTER TABLE projections
    DROP CONSTRAINT projections_state_known,
    ADD CONSTRAINT projections_state_known CHECK (state IN ('building', 'live', 'retired', 'scratch')),
    ADD COLUMN retired_at timestamptz;

CREATE UNIQUE INDEX projections_live_key ON projections (name, code_version) WHERE state = 'live';
CREATE UNIQUE INDEX projections_building_key ON projections (name, code_version) WHERE state = 'building';

COMMENT ON COLUMN projections.state IS
    'building: made beside the live build; live: shown by the views; retired: dropped soon; scratch: made to compare another with.';
COMMENT ON COLUMN projections.retired_at IS 'When it was replaced; its schema is dropped a while later.';

CREATE TABLE parked (
    projection   text    COLLATE "C" NOT NULL,
    code_version integer NOT NULL,
    build        integer NOT NULL,
    app          text    COLLATE "C" NOT NULL,
    kind         text    NOT NULL,
    id           text    COLLATE "C" NOT NULL,
    position     bigint  NOT NULL,
    event        uuid    NOT NULL,
    type         text    NOT NULL,
    error        text    NOT NULL,
    at           bigint  NOT NULL,
    CONSTRAINT parked_pkey PRIMARY KEY (projection, code_version, build, app, kind, id),
    CONSTRAINT parked_build_fkey FOREIGN KEY (projection, code_version, build)
        REFERENCES projections (name, code_version, build) ON DELETE CASCADE,
    CONSTRAINT parked_kind_known CHECK (kind IN ('channel', 'user', 'app', 'stream'))
);

COMMENT ON TABLE parked IS 'Parts of the log that a build does not apply, each from the first event that could not be applied.';
COMMENT ON COLUMN parked.kind IS 'stream: a stream whose name belongs to nothing.';
COMMENT ON COLUMN parked.error IS 'Why, without anything that the event holds.';
COMMENT ON COLUMN parked.at IS 'The time of the event, milliseconds since 1970.';
