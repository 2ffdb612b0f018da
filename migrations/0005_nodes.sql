-- +goose Up
CREATE TABLE nodes (
    node       text COLLATE "C" NOT NULL,
    started_at timestamptz      NOT NULL,
    expires_at timestamptz      NOT NULL,
    CONSTRAINT nodes_pkey PRIMARY KEY (node)
);

COMMENT ON TABLE nodes IS 'Processes that serve. The id is drawn at each start; one whose lease has expired is gone, and its row goes with what it has left.';

CREATE TABLE leases (
    lease      text COLLATE "C" NOT NULL,
    node       text COLLATE "C" NOT NULL,
    expires_at timestamptz      NOT NULL,
    CONSTRAINT leases_pkey PRIMARY KEY (lease)
);

COMMENT ON TABLE leases IS 'What one node does for all, until the lease expires. It saves work: what is done is fenced elsewhere.';
