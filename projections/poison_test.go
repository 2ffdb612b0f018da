package projections_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/projections"
)

// raw appends an event with data of any form.
func (j *journal) raw(stream, typ string, v int, data string) eventstore.Recorded {
	j.t.Helper()
	e := eventstore.NewEvent{ID: uuid.New(), Type: typ, V: max(v, 1), Data: []byte(data), Meta: map[string]string{
		domain.MetaApp: string(j.app), domain.MetaActor: "bob", domain.MetaActorKind: string(domain.ActorUser),
		domain.MetaTime: "1767323045000",
	}}
	res, err := j.log.Append(context.Background(), eventstore.Write{
		Stream: stream, Expected: eventstore.Any, Events: []eventstore.NewEvent{e},
	})
	require.NoError(j.t, err)
	return eventstore.Recorded{NewEvent: e, Stream: stream, Position: res.Position}
}

// spying are the projections with a look at every batch that is applied.
func spying(look func(name string, tx projections.Tx, events []domain.Recorded) error) []projections.Projection {
	var list []projections.Projection
	for _, p := range projections.All {
		apply := p.Apply
		p.Apply = func(ctx context.Context, tx projections.Tx, events []domain.Recorded) error {
			if err := look(p.Name, tx, events); err != nil {
				return err
			}
			return apply(ctx, tx, events)
		}
		list = append(list, p)
	}
	return list
}

// panicking is a timeline that panics at an event type, in the middle of a
// conversation with the database.
func panicking(typ string) []projections.Projection {
	return spying(func(name string, tx projections.Tx, events []domain.Recorded) error {
		for _, r := range events {
			if name == "timeline" && r.Event.Type() == typ {
				b := &pgx.Batch{}
				b.Queue("SELECT generate_series(1, 1000)")
				if err := tx.Load(b); err != nil {
					return err
				}
				panic("no idea what a " + typ + " of hello is")
			}
		}
		return nil
	})
}

const (
	inDirectory = "directory"
	inTimeline  = "timeline"
	inOccupancy = "occupancy"
)

// partOf is the partition that a test expects for a stream.
func partOf(stream string) string {
	category, name, _ := strings.Cut(stream, "-")
	parts := strings.Split(name, ".")
	switch {
	case category == "app":
		return "app " + name
	case strings.HasPrefix(parts[len(parts)-1], "node-"):
		return "app " + parts[0]
	case category == "user":
		return "user " + parts[1]
	}
	return "channel " + parts[1]
}

func TestAPoisonedEventParksItsPartitionOnly(t *testing.T) {
	tests := map[string]struct {
		stream, typ, data string
		v                 int
		in                []string // projections that park
		says              string
		all               []projections.Projection
	}{
		"channel: a violated constraint": {
			stream: "channel-shop.7", typ: "MemberAdded", data: `{"user":"bob","role":"member"}`,
			in: []string{inDirectory}, says: "constraint members_pkey of table members (SQLSTATE 23505)",
		},
		"channel: text that the database does not take": {
			stream: "channel-shop.7", typ: "MemberAdded", data: `{"user":"zero\u0000","role":"member"}`,
			in: []string{inDirectory, inTimeline}, says: "the database refuses a value (SQLSTATE 22021)",
		},
		"message: no JSON": {
			stream: "message-shop.7.9", typ: "MessageEdited", data: `{"version":`,
			in: []string{inTimeline}, says: "its data is no JSON at byte 11",
		},
		"message: JSON of another form": {
			stream: "message-shop.7.9", typ: "MessageEdited", data: `{"by":["hello"]}`,
			in: []string{inTimeline}, says: "its data has a wrong type at by, want domain.UserID",
		},
		"message: a version of later code": {
			stream: "message-shop.7.9", typ: "MessageDeleted", v: 2, data: `{"version":"99"}`,
			in: []string{inTimeline}, says: "version 2 is not known, the newest is 1",
		},
		"message: a panic in the middle of a query": {
			stream: "message-shop.7.9", typ: "ReactionAdded", data: `{"name":"x","ref":"99","by":"bob"}`,
			in: []string{inTimeline}, says: "panic (string) at poison_test.go:", all: panicking("ReactionAdded"),
		},
		"reads": {
			stream: "reads-shop.7.bob", typ: "ReadCursorAdvanced", data: `{"message":"hello"}`,
			in: []string{inTimeline}, says: "its data cannot be decoded",
		},
		"user": {
			stream: "user-shop.bob", typ: "UserBlocked", data: `{"user":7}`,
			in: []string{inDirectory, inTimeline}, says: "its data has a wrong type at user, want domain.UserID",
		},
		"app": {
			stream: "app-shop", typ: "KeyIssued", data: `[]`,
			in: []string{inDirectory}, says: "its data has a wrong type at , want domain.KeyIssued",
		},
		"presence": {
			stream: "presence-shop.7", typ: "PresenceEntered", data: `{"user":"zero\u0000","node":"a"}`,
			in: []string{inOccupancy}, says: "the database refuses a value (SQLSTATE 22021)",
		},
		"node": {
			stream: "presence-shop.node-a", typ: "ConnectionsChanged", data: `{"channels":{"7":{"connections":"hello"}}}`,
			in: []string{inOccupancy}, says: "its data has a wrong type at ",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			pool := database(t)
			j := newJournal(t)
			j.everywhere()
			bad := j.raw(tt.stream, tt.typ, tt.v, tt.data)
			j.everywhere()
			second := j.raw(tt.stream, tt.typ, tt.v, tt.data) // is passed by like all that follows
			c := config(j.log, pool)
			c.Projections = tt.all
			run := start(t, c)
			run.reach()
			j.everywhere()
			run.reach()
			run.parks(tt.in, bad, tt.says)
			require.NotContains(t, tt.says, "hello")
			before := liveDump(t, pool)
			same(t, without(t, pool, j.log, bad, tt.in), before)
			run.stop()

			again := start(t, c) // knows what was parked
			again.parks(tt.in, bad, tt.says)
			j.everywhere()
			again.reach()
			again.parks(tt.in, bad, tt.says)
			require.Greater(t, again.Applied(), int64(second.Position))
		})
	}
}

// everywhere lets something happen in two channels, to two users and in two
// apps, each time anew.
func (j *journal) everywhere() {
	n := int(j.now.Sub(epoch).Seconds())
	for _, app := range []domain.AppID{"shop", "desk"} {
		j.app = app
		for _, c := range []domain.ChannelID{7, 8} {
			if n == 0 {
				j.channel(c, "ann", group("ann", "bob"))
			} else {
				j.channel(c, "ann", domain.MemberRemoved{User: "bob", By: "ann"}, domain.MemberAdded{User: "bob", Role: domain.RoleMember, Inviter: "ann"})
			}
			m := domain.MessageID(10 + n)
			j.send(c, m, "ann")
			j.read(c, "bob", m)
			j.on(domain.PresenceStream(app, c), "", domain.PresenceEntered{User: domain.UserID(fmt.Sprint("u", n)), Node: "a"})
		}
		j.on(domain.NodeStream(app, "a"), "", domain.ConnectionsChanged{Node: "a", Channels: map[domain.ChannelID]domain.Gauges{
			7: {Connections: n}, 8: {Connections: n + 1},
		}})
		for _, u := range []domain.UserID{"bob", "cid"} {
			j.user(u, domain.UserBlocked{User: "dan"}, domain.UserUnblocked{User: "dan"})
		}
		key := domain.KeyIssued{Key: "root", Version: 1 + n, Capability: map[string][]string{"*": {"*"}}}
		if n == 0 {
			j.on(domain.AppStream(app), "ann", domain.AppCreated{}, key)
		} else {
			j.on(domain.AppStream(app), "ann", key)
		}
	}
	j.app = "shop"
}

// parks demands that exactly the named projections have parked the partition
// of the event, in memory and in the database, and that none has stopped.
func (r *running) parks(in []string, bad eventstore.Recorded, says string) {
	r.t.Helper()
	parked := 0
	for _, s := range r.Status() {
		require.Nil(r.t, s.Stopped)
		for _, p := range s.Parked {
			parked++
			require.Contains(r.t, in, s.Name)
			require.Equal(r.t, partOf(bad.Stream), p.Kind+" "+p.ID)
			require.EqualValues(r.t, "shop", p.App)
			require.EqualValues(r.t, bad.Position, p.Position)
			require.Equal(r.t, bad.ID, p.Event)
			require.Equal(r.t, bad.Type, p.Type)
			require.Equal(r.t, bad.Time().UnixMilli(), p.At)
			require.Contains(r.t, p.Error, says)
			require.NotContains(r.t, p.String(), "hello", "content")
		}
	}
	require.Len(r.t, in, parked)
	require.Len(r.t, rows(r.t, r.pool, "SELECT projection FROM parked"), len(in))
}

// without is the dump of a replay in which the projections leave out what
// belongs to the partition of an event, from the event on.
func without(t testing.TB, pool *pgxpool.Pool, log eventstore.Log, bad eventstore.Recorded, in []string) string {
	t.Helper()
	m := newModel(t, pool, "without")
	m.applyBut(t, all(t, log), func(projection string, r eventstore.Recorded) bool {
		for _, name := range in {
			if name == projection && r.Position >= bad.Position && strings.Contains(r.Stream, "-shop") &&
				partOf(r.Stream) == partOf(bad.Stream) && r.Type != "UserErased" {
				return true
			}
		}
		_, err := domain.ParseStream(r.Stream)
		return err != nil
	})
	return m.dump(t)
}

func TestAnErasureIsAppliedToAParkedUser(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.everywhere()
	j.user("bob", domain.UserNamed{Sealed: domain.Seal(domain.UserSubject("bob", 1), domain.Profile{Name: "Bob"})})
	bad := j.raw("user-shop.bob", "UserBlocked", 1, `{`)
	j.user("bob", domain.UserErased{})
	j.user("bob", domain.UserBlocked{User: "ann"}) // passed by
	run := start(t, config(j.log, pool))
	run.reach()
	both := []string{inDirectory, inTimeline}
	run.parks(both, bad, "no JSON")
	same(t, without(t, pool, j.log, bad, both), liveDump(t, pool))
	require.Empty(t, rows(t, pool, "SELECT named FROM rm.names_v3 WHERE app = 'shop' AND named = 'bob'"))
	for _, p := range []projections.Projection{projections.Directory, projections.Timeline} {
		require.Equal(t, []string{"bob"}, rows(t, pool, "SELECT erased FROM "+p.Schema(1)+".erased"))
	}
}

// TestWhatStandsStillOfANodeConcernsTheChannelsOfItsApp: their figures are not
// whole without it.
func TestWhatStandsStillOfANodeConcernsTheChannelsOfItsApp(t *testing.T) {
	j := newJournal(t)
	j.everywhere()
	bad := j.raw("presence-shop.node-b", "ConnectionsChanged", 1, `{`)
	key := j.raw("app-shop", "KeyIssued", 1, `{`)
	run := start(t, config(j.log, database(t)))
	run.reach()
	for _, tt := range []struct {
		app  domain.AppID
		want []int64
	}{{"shop", []int64{int64(bad.Position)}}, {"desk", nil}} {
		var got []int64
		run.Parked([]string{inDirectory, inOccupancy}, tt.app, 8, domain.Actor{App: tt.app, Kind: domain.ActorUser, ID: "ann"},
			func(_ string, position, _ int64) { got = append(got, position) })
		require.Equal(t, tt.want, got)
	}
	require.Equal(t, int64(key.Position), statusOf(t, run, inDirectory).Parked[0].Position)
}

// TestFewTransactionsFindThePoison: halving a batch of 1,000 events.
func TestFewTransactionsFindThePoison(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	for c := domain.ChannelID(1); c <= 500; c++ {
		j.channel(c, "ann", group("ann"))
	}
	bad := j.raw("channel-shop.77", "MemberAdded", 1, `{"user":"ann","role":"member"}`)
	for c := domain.ChannelID(1); c <= 499; c++ {
		j.channel(c, "ann", domain.MemberAdded{User: "bob", Role: domain.RoleMember, Inviter: "ann"})
	}
	var applied atomic.Int64
	c := config(j.log, pool)
	c.Projections = spying(func(name string, _ projections.Tx, _ []domain.Recorded) error {
		if name == inDirectory {
			applied.Add(1)
		}
		return nil
	})
	run := start(t, c)
	run.reach()
	run.parks([]string{inDirectory}, bad, "members_pkey")
	require.LessOrEqual(t, applied.Load(), int64(2*10+2))
	same(t, without(t, pool, j.log, bad, []string{inDirectory}), liveDump(t, pool))
}

func TestEventsThatFailOnlyTogetherAreAppliedApart(t *testing.T) {
	pool := database(t)
	j := chatter(t, 20)
	c := config(j.log, pool)
	c.Projections = spying(func(_ string, _ projections.Tx, events []domain.Recorded) error {
		if len(events) > 3 {
			panic("too much")
		}
		return nil
	})
	run := start(t, c)
	run.reach()
	for _, s := range run.Status() {
		require.Empty(t, s.Parked)
	}
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestEveryPartitionStopsAtItsOwnPoison(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.everywhere()
	var bad []eventstore.Recorded
	for _, stream := range []string{"message-shop.7.9", "reads-shop.7.bob", "message-shop.8.9", "user-desk.cid"} {
		bad = append(bad, j.raw(stream, "ReactionAdded", 1, `"`))
		j.everywhere()
	}
	run := start(t, config(j.log, pool))
	run.reach()
	var parked []string
	for _, s := range run.Status() {
		if s.Name == inTimeline {
			for _, p := range s.Parked {
				parked = append(parked, p.Kind+" "+p.ID+" "+p.Event.String())
			}
		}
	}
	require.Equal(t, []string{
		"channel 7 " + bad[0].ID.String(), "channel 8 " + bad[2].ID.String(), "user cid " + bad[3].ID.String(),
	}, parked)
}

func TestAStreamThatBelongsToNothingIsNotedOnce(t *testing.T) {
	pool := database(t)
	j := chatter(t, 2)
	for range 3 {
		j.raw("channel-Shop/7", "MemberAdded", 1, `{"user":"bob","role":"member"}`)
		j.chat(1)
	}
	run := start(t, config(j.log, pool))
	run.reach()
	for _, s := range run.Status() {
		if s.Name == inOccupancy {
			require.Empty(t, s.Parked, "what is not of its streams")
			continue
		}
		require.Len(t, s.Parked, 1, s.Name)
		require.Equal(t, `stream "channel-Shop/7"`, s.Parked[0].Kind+" "+s.Parked[0].ID)
	}
	same(t, without(t, pool, j.log, eventstore.Recorded{}, nil), liveDump(t, pool))
}

// TestTablesThatDoNotFitStopTheProjection: that is no event's fault, and
// parking would end in parking everything.
func TestTablesThatDoNotFitStopTheProjection(t *testing.T) {
	pool := database(t)
	j := chatter(t, 2)
	run := start(t, config(j.log, pool))
	run.reach()
	at := run.Applied()
	exec(t, pool, "ALTER TABLE "+projections.Timeline.Schema(1)+".messages RENAME COLUMN version TO v")
	j.chat(1)
	j.user("bob", domain.UserBlocked{User: "dan"})
	head, err := j.log.Head(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, run.Wait(ctx, []string{inDirectory}, int64(head)), "the other goes on")
	err = run.Wait(ctx, []string{inTimeline}, int64(head))
	require.NoError(t, ctx.Err(), "a wait for a stopped projection ends at once")
	require.ErrorIs(t, err, projections.ErrBehind)
	stop := &projections.Stop{}
	require.True(t, errors.As(err, &stop))
	require.Equal(t, at, stop.Position)
	require.ErrorContains(t, stop, "42703")
	require.Empty(t, rows(t, pool, "SELECT projection FROM parked"))
}

func TestReadersLearnWhatStandsStill(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.everywhere()
	bad := j.raw("message-shop.7.9", "MessageEdited", 1, `{`)
	j.send(7, 99, "ann")
	missed, err := j.log.Head(t.Context())
	require.NoError(t, err)
	run := start(t, config(j.log, pool))
	run.reach()
	both := []string{inDirectory, inTimeline}
	ask := func(names []string, app domain.AppID, c domain.ChannelID, by domain.UserID) (got []int64) {
		run.Parked(names, app, c, domain.Actor{App: app, Kind: domain.ActorUser, ID: string(by)}, func(name string, position, missed int64) {
			require.Equal(t, inTimeline, name)
			got = append(got, position, missed)
		})
		return got
	}
	at := int64(bad.Position)
	require.Equal(t, []int64{at, int64(missed)}, ask(both, "shop", 7, "ann"), "who has written there since")
	require.Equal(t, []int64{at, 0}, ask(both, "shop", 7, "cid"))
	require.Equal(t, []int64{at, at}, ask(both, "shop", 0, "bob"), "a list over channels")
	require.Empty(t, ask(both, "shop", 8, "ann"), "another channel")
	require.Empty(t, ask(both, "desk", 7, "ann"), "another app")
	require.Empty(t, ask(both[:1], "shop", 7, "ann"), "another projection")
	require.Empty(t, ask([]string{"weather"}, "shop", 7, "ann"))
}

func TestWaitingForAnUnknownProjectionIsAnError(t *testing.T) {
	pool := database(t)
	run := start(t, config(newJournal(t).log, pool))
	require.ErrorContains(t, run.Wait(t.Context(), []string{"weather"}, 0), "weather")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run.Wait(ctx, []string{"timeline"}, 1), projections.ErrBehind)
}
