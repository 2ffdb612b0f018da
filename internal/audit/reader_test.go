package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/audit"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

// opener opens blobs that are "<subject>|<text>" for that subject only.
type opener struct{ erased string }

func (o opener) OpenMany(_ context.Context, items []domain.Sealed) error {
	for i, it := range items {
		subject, text, _ := strings.Cut(string(it.Blob), "|")
		switch {
		case subject == o.erased:
			items[i].Err = domain.ErrErased
		case subject != it.Subject.String():
			items[i].Err = errors.New("another's key")
		default:
			items[i].Plain = []byte(text)
		}
	}
	return nil
}

func under(s domain.Subject, text string) *domain.Secret {
	return &domain.Secret{Blob: fmt.Appendf(nil, `%s|{"text":%q}`, s, text)}
}

var (
	ann   = domain.UserSubject("ann", 1)
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

const room = domain.ChannelID(7)

// adder is a log in which a minute passes with every event, and what appends
// to it.
func adder(t *testing.T) (*memory.Log, func(stream string, kind domain.ActorKind, actor, via string, e domain.Event)) {
	t.Helper()
	now := start.Add(-time.Minute)
	log := memory.NewWithClock(func() time.Time { now = now.Add(time.Minute); return now })
	return log, func(stream string, kind domain.ActorKind, actor, via string, e domain.Event) {
		typ, v, data, err := domain.EncodeEvent(e)
		require.NoError(t, err)
		name, err := domain.ParseStream(stream)
		require.NoError(t, err)
		meta := map[string]string{
			domain.MetaApp: string(name.App), domain.MetaActor: actor, domain.MetaActorKind: string(kind),
			domain.MetaTime: strconv.FormatInt(start.UnixMilli(), 10),
		}
		if via != "" {
			meta[domain.MetaVia] = via
		}
		_, err = log.Append(t.Context(), eventstore.Write{Stream: stream, Expected: eventstore.Any, Events: []eventstore.NewEvent{{
			ID: uuid.New(), Type: typ, V: v, Data: data, Meta: meta,
		}}})
		require.NoError(t, err)
	}
}

// world is a log of nine events, a minute apart.
func world(t *testing.T) *memory.Log {
	t.Helper()
	log, add := adder(t)
	digest := &domain.Digest{Sum: []byte("digest")}
	message := domain.MessageStream("shop", room, 100)
	add(domain.AppStream("shop"), domain.ActorSystem, "operator", "", domain.AppCreated{})
	add(domain.ChannelStream("shop", room), domain.ActorUser, "olga", "", domain.ChannelCreated{
		Kind: domain.Room, Owner: "olga", Members: []domain.FirstMember{{User: "olga", Role: domain.RoleOwner}},
		Sealed: under(domain.ChannelSubject(room), "Lobby"),
	})
	add(domain.ChannelStream("shop", room), domain.ActorUser, "olga", "", domain.MemberAdded{User: "ann", Role: domain.RoleMember, Inviter: "olga"})
	add(message, domain.ActorUser, "ann", "operator", domain.MessageSent{
		Sender: "ann", SenderKind: domain.ActorUser, Kind: domain.Text, Mentions: []domain.UserID{"bob"}, Digest: digest, Sealed: under(ann, "hello"),
	})
	add(message, domain.ActorUser, "olga", "", domain.MessageEdited{
		Version: 101, By: "olga", Digest: digest, Sealed: under(ann, "hello!"), SealedBy: under(domain.UserSubject("olga", 1), "typo"),
	})
	add(domain.UserStream("shop", "bob"), domain.ActorUser, "bob", "", domain.UserBlocked{User: "ann"})
	add(message, domain.ActorUser, "ann", "", domain.MessageDeleted{Version: 102, By: "ann"})
	add(domain.AppStream("other"), domain.ActorSystem, "operator", "", domain.AppCreated{})
	add(domain.UserStream("other", "ann"), domain.ActorUser, "ann", "", domain.UserBlocked{User: "bob"})
	return log
}

func read(t *testing.T, r *audit.Reader, f audit.Filter) (entries []audit.Entry) {
	t.Helper()
	require.NoError(t, r.Events(t.Context(), f, func(e audit.Entry) error {
		entries = append(entries, e)
		return nil
	}))
	return entries
}

func TestFilters(t *testing.T) {
	log := world(t)
	tests := map[string]struct {
		filter audit.Filter
		want   []int64
	}{
		"everything":           {want: []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		"app":                  {audit.Filter{App: "shop"}, []int64{1, 2, 3, 4, 5, 6, 7}},
		"channel":              {audit.Filter{Channel: room}, []int64{2, 3, 4, 5, 7}},
		"unknown channel":      {audit.Filter{Channel: 8}, nil},
		"user":                 {audit.Filter{App: "shop", User: "ann"}, []int64{3, 4, 6, 7}},
		"user by mention":      {audit.Filter{App: "shop", User: "bob"}, []int64{4, 6}},
		"part of a user id":    {audit.Filter{User: "an"}, nil},
		"actor":                {audit.Filter{Actor: "olga"}, []int64{2, 3, 5}},
		"actor through":        {audit.Filter{Actor: "operator"}, []int64{1, 4, 8}},
		"types":                {audit.Filter{Types: []string{"MessageSent", "AppCreated"}}, []int64{1, 4, 8}},
		"positions":            {audit.Filter{After: 2, Before: 5}, []int64{3, 4}},
		"from a time":          {audit.Filter{From: start.Add(7 * time.Minute)}, []int64{8, 9}},
		"to a time":            {audit.Filter{To: start.Add(2 * time.Minute)}, []int64{1, 2}},
		"between events":       {audit.Filter{From: start.Add(90 * time.Second), To: start.Add(150 * time.Second)}, []int64{3}},
		"from the end on":      {audit.Filter{From: start.Add(time.Hour)}, nil},
		"before the beginning": {audit.Filter{To: start}, nil},
		"first ones":           {audit.Filter{Limit: 2}, []int64{1, 2}},
		"last ones":            {audit.Filter{Last: 2}, []int64{8, 9}},
		"last of a few":        {audit.Filter{Channel: room, Last: 50}, []int64{2, 3, 4, 5, 7}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []int64
			for _, e := range read(t, &audit.Reader{Log: log, Opener: opener{}}, tt.filter) {
				got = append(got, int64(e.Position))
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestPresenceIsFoundByChannelAndUser(t *testing.T) {
	log, add := adder(t)
	say := func(stream string, e domain.Event) { add(stream, domain.ActorSystem, "node-a", "", e) }
	say(domain.PresenceStream("shop", room), domain.PresenceEntered{User: "ann", Node: "a"})
	say(domain.PresenceStream("shop", 8), domain.PresenceEntered{User: "bob", Node: "a"})
	say(domain.NodeStream("shop", "a"), domain.ConnectionsChanged{Node: "a", Channels: map[domain.ChannelID]domain.Gauges{room: {Connections: 1}}})
	say(domain.NodeStream("shop", "a"), domain.ConnectionsChanged{Node: "a", Channels: map[domain.ChannelID]domain.Gauges{8: {Connections: 1}}})
	say(domain.PresenceStream("shop", room), domain.PresenceLeft{User: "ann", Node: "a"})
	say(domain.NodeStream("shop", "a"), domain.NodeCleared{Node: "a"})
	for name, tt := range map[string]struct {
		filter audit.Filter
		want   []string
	}{
		"channel":          {audit.Filter{Channel: room}, []string{"PresenceEntered", "ConnectionsChanged", "PresenceLeft"}},
		"channel and user": {audit.Filter{Channel: room, User: "ann"}, []string{"PresenceEntered", "PresenceLeft"}},
		"user":             {audit.Filter{App: "shop", User: "bob"}, []string{"PresenceEntered"}},
		"node":             {audit.Filter{Actor: "node-a", Types: []string{"NodeCleared"}}, []string{"NodeCleared"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, e := range read(t, &audit.Reader{Log: log, Opener: opener{}}, tt.filter) {
				got = append(got, e.Type)
			}
			require.Equal(t, tt.want, got)
		})
	}
	entries := read(t, &audit.Reader{Log: log, Opener: opener{}}, audit.Filter{})
	require.Contains(t, entries[0].String(), `PresenceEntered       presence-shop.7  by system node-a  node="a"  user="ann"`)
	require.EqualValues(t, room, entries[0].Channel)
}

func TestSealedTextIsShownOnDemandOnly(t *testing.T) {
	log := world(t)
	sealed := read(t, &audit.Reader{Log: log, Opener: opener{}}, audit.Filter{Channel: room})
	require.JSONEq(t, `{"sender":"ann","sender_kind":"user","kind":"text","mentions":["bob"],"sealed":"[sealed]"}`, string(sealed[2].Data))
	for _, e := range sealed {
		require.NotContains(t, e.String(), "hello")
		text, err := json.Marshal(e)
		require.NoError(t, err)
		require.NotContains(t, string(text), "aGVsbG8", "no blob either")
	}

	open := read(t, &audit.Reader{Log: log, Opener: opener{}}, audit.Filter{Channel: room, Reveal: true})
	require.Contains(t, string(open[0].Data), `"sealed":{"text":"Lobby"}`)
	require.Contains(t, string(open[2].Data), `"sealed":{"text":"hello"}`)
	require.Contains(t, string(open[3].Data), `"sealed":{"text":"hello!"}`, "an edit is under the key of the message's author")
	require.Contains(t, string(open[3].Data), `"sealed_by":{"text":"typo"}`)

	erased := read(t, &audit.Reader{Log: log, Opener: opener{erased: ann.String()}}, audit.Filter{Channel: room, Reveal: true})
	require.Contains(t, string(erased[2].Data), `"sealed":"[erased]"`)
	require.Contains(t, string(erased[3].Data), `"sealed_by":{"text":"typo"}`)
}

func TestAnEntryOnOneLine(t *testing.T) {
	log := world(t)
	entries := read(t, &audit.Reader{Log: log, Opener: opener{}}, audit.Filter{})
	require.Equal(t, "2026-03-01T12:03:00Z         4  MessageSent           message-shop.7.100  by ann via operator  of 2026-03-01T12:00:00Z"+
		`  kind="text"  mentions=["bob"]  sealed="[sealed]"  sender="ann"  sender_kind="user"`, entries[3].String())
	require.Contains(t, entries[0].String(), "AppCreated            app-shop  by system operator")
	for _, e := range entries {
		require.NotContains(t, e.String(), "\n")
	}
}

func TestReadingEndsWhenTheReaderDoes(t *testing.T) {
	gone := errors.New("gone")
	n := 0
	r := &audit.Reader{Log: world(t), Opener: opener{}}
	err := r.Events(t.Context(), audit.Filter{}, func(audit.Entry) error {
		n++
		return gone
	})
	require.ErrorIs(t, err, gone)
	require.Equal(t, 1, n)
}
