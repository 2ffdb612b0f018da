package projections

import (
	"context"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Occupancy keeps who is in which channel and how many sockets are, node by
// node. It reads no clock: whether a node still counts is for the reader to
// find out.
var Occupancy = Projection{
	Name: "occupancy", Version: 1,
	Tables:     []string{"presence", "gauges"},
	Categories: []string{"presence"},
	AppWide:    true,
	Apply:      applyOccupancy,
}

func applyOccupancy(_ context.Context, tx Tx, events []domain.Recorded) error {
	b := &pgx.Batch{}
	for _, r := range events {
		if r.Stream.Node != "" {
			applyNode(b, r)
			continue
		}
		applyPresence(b, r)
	}
	tx.Store(b)
	return nil
}

func applyPresence(b *pgx.Batch, r domain.Recorded) {
	app, channel := r.Stream.App, int64(r.Stream.Channel)
	switch e := r.Event.(type) {
	case domain.PresenceEntered:
		b.Queue(`
			INSERT INTO presence (app, channel, member, node, since, position)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (app, channel, member, node) DO NOTHING`,
			app, channel, e.User, e.Node, r.Time.UnixMilli(), r.Position)
	case domain.PresenceLeft:
		b.Queue(`
			DELETE FROM presence
			WHERE app = $1 AND channel = $2 AND member = $3 AND node = $4`, app, channel, e.User, e.Node)
	}
}

func applyNode(b *pgx.Batch, r domain.Recorded) {
	app, node := r.Stream.App, r.Stream.Node
	switch e := r.Event.(type) {
	case domain.ConnectionsChanged:
		applyGauges(b, app, node, e.Channels)
	case domain.NodeCleared:
		b.Queue(`
			DELETE FROM presence
			WHERE node = $1 AND app = $2`, node, app)
		b.Queue(`
			DELETE FROM gauges
			WHERE node = $1 AND app = $2`, node, app)
	}
}

// applyGauges takes figures as they are; a channel without any has no row.
func applyGauges(b *pgx.Batch, app domain.AppID, node domain.NodeID, figures map[domain.ChannelID]domain.Gauges) {
	var some, counts []int64
	for channel, g := range figures {
		if g == (domain.Gauges{}) {
			b.Queue(`
				DELETE FROM gauges
				WHERE app = $1 AND channel = $2 AND node = $3`, app, int64(channel), node)
			continue
		}
		some, counts = append(some, int64(channel)), append(counts, int64(g.Connections))
	}
	if len(some) > 0 {
		b.Queue(`
			INSERT INTO gauges (app, channel, node, connections)
			SELECT $1, s.channel, $2, s.connections FROM unnest($3::bigint[], $4::bigint[]) AS s (channel, connections)
			ON CONFLICT (app, channel, node) DO UPDATE SET connections = excluded.connections`, app, node, some, counts)
	}
}
