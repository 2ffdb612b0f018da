CREATE TABLE channels (
    app        text COLLATE "C" NOT NULL,
    channel    bigint           NOT NULL,
    kind       text             NOT NULL,
    owner      text COLLATE "C" NOT NULL,
    pair       text[] COLLATE "C",
    natural_name text COLLATE "C",
    created_at bigint           NOT NULL,
    deleted    boolean          NOT NULL DEFAULT false,
    event      uuid             NOT NULL,
    sealed     bytea,
    position   bigint           NOT NULL,
    CONSTRAINT channels_pkey PRIMARY KEY (app, channel)
);

CREATE INDEX channels_rooms_idx ON channels (app, channel) WHERE kind = 'room' AND NOT deleted;

COMMENT ON TABLE channels IS 'Channels; sealed is the profile under the channel''s key, of the named event.';
COMMENT ON COLUMN channels.created_at IS 'Milliseconds since 1970, as all times of read models.';

CREATE TABLE members (
    app       text COLLATE "C" NOT NULL,
    channel   bigint           NOT NULL,
    member    text COLLATE "C" NOT NULL,
    role      text             NOT NULL,
    inviter   text COLLATE "C" NOT NULL,
    joined_at bigint           NOT NULL,
    CONSTRAINT members_pkey PRIMARY KEY (app, channel, member)
);

CREATE INDEX members_joined_idx ON members (app, channel, (joined_at / 1000), member) WHERE role <> '';

COMMENT ON TABLE members IS 'Members of channels as they stand.';
COMMENT ON INDEX members_joined_idx IS
    'Partial, though it holds every row: only the list by joining names the condition (not that joined_at is not null: a planner may drop what a column guarantees). To look up one member it costs the same on paper as long as nothing was analyzed, and then reads the whole channel.';

CREATE TABLE names (
    app      text COLLATE "C" NOT NULL,
    named    text COLLATE "C" NOT NULL,
    event    uuid             NOT NULL,
    sealed   bytea            NOT NULL,
    CONSTRAINT names_pkey PRIMARY KEY (app, named)
);

COMMENT ON TABLE names IS 'The newest display name of each user, sealed under the user''s key.';

CREATE TABLE blocks (
    app        text COLLATE "C" NOT NULL,
    blocker    text COLLATE "C" NOT NULL,
    blocked    text COLLATE "C" NOT NULL,
    created_at bigint           NOT NULL,
    position   bigint           NOT NULL,
    CONSTRAINT blocks_pkey PRIMARY KEY (app, blocker, blocked)
);

COMMENT ON TABLE blocks IS 'Who blocks whom.';

CREATE TABLE apps (
    app        text COLLATE "C" NOT NULL,
    created_at bigint           NOT NULL,
    limits     jsonb,
    position   bigint           NOT NULL,
    CONSTRAINT apps_pkey PRIMARY KEY (app)
);

COMMENT ON TABLE apps IS 'Tenants, with the limits that were set for them.';

CREATE TABLE keys (
    app        text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    version    integer          NOT NULL,
    capability jsonb            NOT NULL,
    native     boolean          NOT NULL,
    issued_at  bigint           NOT NULL,
    revoked_at bigint,
    CONSTRAINT keys_pkey PRIMARY KEY (app, key)
);

COMMENT ON TABLE keys IS 'Keys of apps as last issued; their secrets are in the keyring.';

CREATE TABLE erased (
    app      text COLLATE "C" NOT NULL,
    erased   text COLLATE "C" NOT NULL,
    position bigint           NOT NULL,
    CONSTRAINT erased_pkey PRIMARY KEY (app, erased)
);

COMMENT ON TABLE erased IS 'Users whose rows below the position are shown as erased.';
