-- +goose Up
CREATE TABLE keyring_generations (
    generation  integer     NOT NULL,
    fingerprint text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT keyring_generations_pkey PRIMARY KEY (generation),
    CONSTRAINT keyring_generations_generation_positive CHECK (generation > 0)
);

COMMENT ON TABLE keyring_generations IS
    'Generations of the root key that keys are wrapped by. The root key itself is a file outside the database.';
COMMENT ON COLUMN keyring_generations.generation IS 'Number of the generation in the root key file; the highest wraps new keys.';
COMMENT ON COLUMN keyring_generations.fingerprint IS 'Hash of the generation, compared with the file at every start.';

CREATE TABLE keyring (
    app        text COLLATE "C" NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    subject    text COLLATE "C" NOT NULL,
    version    integer          NOT NULL,
    generation integer          NOT NULL,
    wrapped    bytea,
    created_at timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT keyring_pkey PRIMARY KEY (app, kind, subject, version),
    CONSTRAINT keyring_kind_known CHECK (kind IN ('user', 'channel', 'id', 'search', 'api')),
    CONSTRAINT keyring_version_positive CHECK (version > 0),
    CONSTRAINT keyring_wrapped_size CHECK (octet_length(wrapped) > 29),
    CONSTRAINT keyring_generation_fkey FOREIGN KEY (generation) REFERENCES keyring_generations (generation)
);

COMMENT ON TABLE keyring IS
    'Keys under which personal data is sealed, and secrets of API keys. Erasing a person deletes the rows of that user.';
COMMENT ON COLUMN keyring.kind IS
    'user and channel: keys of subjects; id: the key of natural channel ids; search: the key of the search index; api: the secret of an API key.';
COMMENT ON COLUMN keyring.subject IS 'User id, channel id or API key id; empty for the keys of the app itself.';
COMMENT ON COLUMN keyring.version IS 'Of a user: 1 + number of erasures before; of an API key: raised by each new secret.';
COMMENT ON COLUMN keyring.generation IS 'Generation of the root key that wraps this row.';
COMMENT ON COLUMN keyring.wrapped IS
    'Format byte 1, nonce, AES-256-GCM ciphertext and tag; bound to app, kind, subject and version. NULL: erased, and not to be made again.';
