-- +goose Up
CREATE UNLOGGED TABLE tickets (
    ticket          bytea            NOT NULL,
    app             text COLLATE "C" NOT NULL,
    holder          text COLLATE "C" NOT NULL,
    signer          text COLLATE "C" NOT NULL,
    mark            bytea            NOT NULL,
    token_expires_at timestamptz NOT NULL,
    expires_at      timestamptz      NOT NULL,
    CONSTRAINT tickets_pkey PRIMARY KEY (ticket)
);

CREATE INDEX tickets_expires_idx ON tickets (expires_at);

COMMENT ON TABLE tickets IS
    'Tickets for sockets that nobody has used yet, by the SHA-256 of their text: any node takes what any node has given, once. Lost in a crash: clients ask for another.';
COMMENT ON COLUMN tickets.signer IS 'The key that the holder''s token was signed with, and mark which secret of it.';
