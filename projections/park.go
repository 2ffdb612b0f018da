package projections

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// partition is the part of the log that stands still when one of its events
// cannot be applied: a channel with its messages, read cursors and presence, a
// user, or an app's own stream and those of its nodes. A stream with a name that belongs to nothing is one by
// itself.
type partition struct {
	app  domain.AppID
	kind string
	id   string
}

// Kinds of partitions.
const (
	ofChannel = "channel"
	ofUser    = "user"
	ofApp     = "app"
	ofStream  = "stream"
)

// longestName bounds what is kept of a stream's name that belongs to nothing.
const longestName = 200

func partitionOf(name string, s domain.StreamName) partition {
	switch {
	case s.Channel != 0:
		return channelPartition(s.App, s.Channel)
	case s.User != "":
		return userPartition(s.App, s.User)
	case s.App != "":
		return appPartition(s.App)
	}
	return partition{kind: ofStream, id: strconv.QuoteToASCII(name[:min(len(name), longestName)])}
}

func channelPartition(app domain.AppID, c domain.ChannelID) partition {
	return partition{app, ofChannel, c.String()}
}

func appPartition(app domain.AppID) partition { return partition{app, ofApp, string(app)} }

func userPartition(app domain.AppID, u domain.UserID) partition {
	return partition{app, ofUser, string(u)}
}

// Parked is a partition that a build does not apply any more, and the first
// event that could not be applied.
type Parked struct {
	App      domain.AppID `json:"app"`
	Kind     string       `json:"kind"` // channel, user, app; stream if its name belongs to nothing
	ID       string       `json:"id"`
	Position int64        `json:"position"`
	Event    uuid.UUID    `json:"event"`
	Type     string       `json:"type"`
	Error    string       `json:"error"` // without content
	At       int64        `json:"at"`    // of the event, milliseconds since 1970
}

func (p Parked) partition() partition { return partition{p.App, p.Kind, p.ID} }

func (p Parked) String() string {
	name := p.Kind + " " + p.ID
	if p.App != "" {
		name += " of app " + string(p.App)
	}
	return fmt.Sprintf("%s is parked at position %d by event %s (%s): %s", name, p.Position, p.Event, p.Type, p.Error)
}

// parking is the parked partitions of a build. It is never changed: readers
// share it.
type parking map[partition]Parked

func (k parking) with(more []Parked) parking {
	all := maps.Clone(k)
	if all == nil {
		all = parking{}
	}
	for _, p := range more {
		if _, ok := all[p.partition()]; !ok {
			all[p.partition()] = p
		}
	}
	return all
}

// list is in the order of positions.
func (k parking) list() []Parked {
	return slices.SortedFunc(maps.Values(k), func(a, b Parked) int { return int(a.Position - b.Position) })
}

// queueParked stores partitions that stop in this transaction.
func (t *tables) queueParked(b *pgx.Batch, stops []Parked) {
	for _, s := range stops {
		b.Queue(`
			INSERT INTO public.parked (projection, code_version, build, app, kind, id, position, event, type, error, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT DO NOTHING`,
			t.Name, t.Version, t.build, s.App, s.Kind, s.ID, s.Position, s.Event, s.Type, s.Error, s.At)
	}
}
