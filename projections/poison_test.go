package projections_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/projections"
)

// raw appends an event with data of any form.
func (j *journal) raw(stream, typ string, v int, data string) eventstore.NewEvent {
	j.t.Helper()
	e := eventstore.NewEvent{ID: uuid.New(), Type: typ, V: max(v, 1), Data: []byte(data)}
	_, err := j.log.Append(context.Background(), eventstore.Write{
		Stream: stream, Expected: eventstore.Any, Events: []eventstore.NewEvent{e},
	})
	require.NoError(j.t, err)
	return e
}

// panicking is Timeline that panics at an event type, in the middle of a
// conversation with the database.
func panicking(typ string) []projections.Projection {
	p := projections.Timeline
	apply := p.Apply
	p.Apply = func(ctx context.Context, tx projections.Tx, events []domain.Recorded) error {
		for _, r := range events {
			if r.Event.Type() == typ {
				b := &pgx.Batch{}
				b.Queue("SELECT generate_series(1, 1000)")
				if err := tx.Load(b); err != nil {
					return err
				}
				panic("no idea what a " + typ + " is")
			}
		}
		return apply(ctx, tx, events)
	}
	return []projections.Projection{projections.Directory, p}
}

func TestAPoisonedEventStopsItsProjectionOnly(t *testing.T) {
	tests := map[string]struct {
		stream, typ, data string
		v                 int
		stopped, other    string
		all               []projections.Projection
		says              string
	}{
		"undecodable data": {
			stream: "message-shop.7.9", typ: "MessageEdited", data: `{"version":`,
			stopped: "timeline", other: "directory", says: "unexpected end of JSON",
		},
		"a panic in the middle of a query": {
			stream: "message-shop.7.9", typ: "ReactionAdded", data: `{"name":"x","ref":"99","by":"bob"}`,
			stopped: "timeline", other: "directory", says: "no idea what a ReactionAdded is",
			all: panicking("ReactionAdded"),
		},
		"a version of later code": {
			stream: "message-shop.7.9", typ: "MessageDeleted", v: 2, data: `{"version":"99"}`,
			stopped: "timeline", other: "directory", says: "version 2 is not known",
		},
		"a violated constraint": {
			stream: "channel-shop.7", typ: "MemberAdded", data: `{"user":"bob","role":"member"}`,
			stopped: "directory", other: "timeline", says: "members_pkey",
		},
		"text that the database does not take": {
			stream: "channel-shop.7", typ: "MemberAdded", data: `{"user":"zero\u0000","role":"member"}`,
			stopped: "directory", other: "", says: "0x00",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			pool := database(t)
			j := chatter(t, 2)
			j.send(7, 9, "ann")
			before := newModel(t, pool, "before")
			before.apply(t, all(t, j.log))
			at, err := j.log.Head(t.Context())
			require.NoError(t, err)
			bad := j.raw(tt.stream, tt.typ, tt.v, tt.data)
			j.channel(7, "ann", domain.MemberRemoved{User: "bob", By: "ann"})
			head, err := j.log.Head(t.Context())
			require.NoError(t, err)

			c := config(j.log, pool)
			c.Projections = tt.all
			run := start(t, c)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			err = run.Wait(ctx, []string{tt.stopped}, int64(head))
			require.NoError(t, ctx.Err(), "a wait for a stopped projection ends at once")
			require.ErrorIs(t, err, projections.ErrBehind)
			var poisoned *projections.Poisoned
			require.ErrorAs(t, err, &poisoned)
			require.Equal(t, bad.ID.String(), poisoned.Event)
			require.Equal(t, tt.typ, poisoned.Type)
			require.EqualValues(t, at+1, poisoned.Position)
			require.ErrorContains(t, poisoned, tt.says)
			for _, name := range []string{"directory", "timeline"} {
				require.NoError(t, run.Wait(ctx, []string{name}, int64(at)), "what comes before it is there")
			}
			if tt.other != "" {
				require.NoError(t, run.Wait(ctx, []string{tt.other}, int64(head)), "the other goes on")
				j.chat(1)
				require.NoError(t, run.Wait(ctx, []string{tt.other}, int64(head)+1), "and on")
			}
			for _, p := range projections.All {
				if p.Name == tt.stopped {
					same(t, dump(t, pool, before.schema(p)), dump(t, pool, p.Schema(1)))
				}
			}
			statusOf(t, run, tt.stopped, int64(at), poisoned)
			run.stop()

			again := start(t, c) // the same code stops at the same place
			require.ErrorAs(t, again.Wait(ctx, []string{tt.stopped}, int64(head)), &poisoned)
			require.Equal(t, bad.ID.String(), poisoned.Event)
		})
	}
}

func statusOf(t *testing.T, run *running, name string, position int64, poisoned *projections.Poisoned) {
	t.Helper()
	for _, s := range run.Status() {
		if s.Name == name {
			require.Equal(t, projections.Status{Name: name, Version: 2, Position: position, Stopped: poisoned}, s)
			require.Equal(t, position, run.Applied())
			return
		}
	}
	require.FailNow(t, "no status of "+name)
}

func TestWaitingForAnUnknownProjectionIsAnError(t *testing.T) {
	pool := database(t)
	run := start(t, config(newJournal(t).log, pool))
	require.ErrorContains(t, run.Wait(t.Context(), []string{"weather"}, 0), "weather")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run.Wait(ctx, []string{"timeline"}, 1), projections.ErrBehind)
}
