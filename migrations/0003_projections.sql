-- +goose Up
CREATE TABLE projections (
    name         text COLLATE "C" NOT NULL,
    code_version integer          NOT NULL,
    build        integer          NOT NULL,
    position     bigint           NOT NULL DEFAULT 0,
    state        text             NOT NULL,
    CONSTRAINT projections_pkey PRIMARY KEY (name, code_version, build),
    CONSTRAINT projections_state_known CHECK (state IN ('building', 'live', 'retired'))
) WITH (fillfactor = 50);

COMMENT ON TABLE projections IS
    'Builds of read models. The tables of one are in schema rm_<name>_v<code_version>_<build>; views in schema rm show the live build.';
COMMENT ON COLUMN projections.position IS 'Checkpoint: everything up to this position of the log is in the rows.';

CREATE SCHEMA rm;

COMMENT ON SCHEMA rm IS 'Views over the live builds of the read models, named <table>_v<code_version>.';
