CREATE TABLE presence (
    app      text COLLATE "C" NOT NULL,
    channel  bigint           NOT NULL,
    member   text COLLATE "C" NOT NULL,
    node     text COLLATE "C" NOT NULL,
    since    bigint           NOT NULL,
    position bigint           NOT NULL,
    CONSTRAINT presence_pkey PRIMARY KEY (app, channel, member, node)
);

CREATE INDEX presence_node_apply_idx ON presence (node, app, channel, member);

COMMENT ON TABLE presence IS
    'Who is in a channel through which node, as the nodes have said. Rows of a node count while its lease does.';

COMMENT ON INDEX presence_node_apply_idx IS
    'For the rows of a node. It has all columns of the key, since a planner may take it for one row: on paper both cost the same while nothing was analyzed.';

CREATE TABLE gauges (
    app         text COLLATE "C" NOT NULL,
    channel     bigint           NOT NULL,
    node        text COLLATE "C" NOT NULL,
    connections bigint           NOT NULL,
    CONSTRAINT gauges_pkey PRIMARY KEY (app, channel, node)
) WITH (fillfactor = 80);

CREATE INDEX gauges_node_apply_idx ON gauges (node, app, channel);

COMMENT ON TABLE gauges IS 'Figures of channels on each node as last said, but those of nothing.';
