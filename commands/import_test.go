package commands_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore/memory"
)

var importer = domain.Actor{App: app, Kind: domain.ActorSystem, ID: "operator", Dialect: "admin", Request: "r1"}

// source is a small source: a room, people who come, talk and leave.
func source(at time.Time) []commands.Import {
	room := commands.Origin{Source: "rooms", N: 0}
	return []commands.Import{
		{Op: commands.ImportCreateChannel, Origin: room, As: "import", At: at, Kind: domain.Room, Name: "lobby"},
		{Op: commands.ImportAddMember, Origin: commands.Origin{Source: "joins", N: 1}, As: "ann", User: "ann", At: at, ChannelOf: &room},
		{Op: commands.ImportSend, Origin: commands.Origin{Source: "log", N: 1}, As: "ann", Text: "hello", At: at, ChannelOf: &room},
		{Op: commands.ImportAddMember, Origin: commands.Origin{Source: "joins", N: 2}, As: "bob", User: "bob", At: at, ChannelOf: &room},
		{
			Op: commands.ImportSend, Origin: commands.Origin{Source: "log", N: 2}, As: "bob", Text: "waves", MessageKind: domain.ActionIt,
			At: at.Add(time.Minute), ChannelOf: &room, RefsOf: []commands.Origin{{Source: "log", N: 1}},
		},
		{Op: commands.ImportRemoveMember, Origin: commands.Origin{Source: "leaves", N: 3}, As: "bob", User: "bob", At: at, ChannelOf: &room},
	}
}

func TestImportIsInOrderAtItsTimeAndOnce(t *testing.T) {
	log := memory.New()
	k := newKeys()
	s := node(t, log, k, 0)
	at := time.Date(2004, 12, 25, 10, 0, 0, 0, time.UTC)
	entries := source(at)
	done := s.Import(deadline(t), importer, entries)
	for i, d := range done {
		require.NoError(t, d.Err, "entry %d", i)
		require.True(t, d.Changed, "entry %d", i)
	}
	var last int64
	for i, d := range done {
		require.Greater(t, d.Position, last, "entry %d", i)
		last = d.Position
		require.Equal(t, entries[i].At, d.Time.UTC(), "entry %d", i)
	}
	var types []string
	for r, err := range log.ReadAll(deadline(t), 0, 0) {
		require.NoError(t, err)
		types = append(types, r.Type)
		require.Equal(t, string(entries[len(types)-1].As), r.Meta[domain.MetaActor])
		require.Equal(t, "operator", r.Meta[domain.MetaVia], "who imported is on every event")
		require.Equal(t, "import", r.Meta[domain.MetaDialect])
		if len(types) == 5 {
			e, err := r.Decode()
			require.NoError(t, err)
			require.Equal(t, []domain.MessageID{domain.MessageID(done[2].ID)}, e.Event.(domain.MessageSent).Refs)
		}
	}
	require.Equal(t, []string{"ChannelCreated", "MemberAdded", "MessageSent", "MemberAdded", "MessageSent", "MemberRemoved"}, types)

	head := count(t, log)
	for _, again := range []*commands.Service{s, node(t, log, k, 0)} {
		for i, d := range again.Import(deadline(t), importer, entries) {
			require.NoError(t, d.Err, "entry %d", i)
			require.True(t, d.Repeated, "entry %d", i)
			require.Equal(t, done[i].Stream, d.Stream, "entry %d", i)
			require.Equal(t, done[i].ID, d.ID, "entry %d", i)
		}
	}
	require.Equal(t, head, count(t, log), "a second run adds nothing")
}

func TestImportOfWhatHappensToMessages(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	entries := source(time.Time{})
	room, hello := entries[0].Origin, entries[2].Origin
	for i, e := range []commands.Import{
		{Op: commands.ImportEdit, As: "ann", Text: "hello all"},
		{Op: commands.ImportReact, As: "ann", Emote: "1"},
		{Op: commands.ImportUnreact, As: "ann", Emote: "1"},
		{Op: commands.ImportRead, As: "ann"},
		{Op: commands.ImportDelete, As: "ann"},
	} {
		e.Origin, e.ChannelOf, e.MessageOf = commands.Origin{Source: "more", N: int64(i)}, &room, &hello
		entries = append(entries, e)
	}
	for i, d := range s.Import(deadline(t), importer, entries) {
		require.NoError(t, d.Err, "entry %d", i)
		require.True(t, d.Changed, "entry %d", i)
	}
	var types []string
	for r, err := range log.ReadAll(deadline(t), 6, 0) {
		require.NoError(t, err)
		types = append(types, r.Type)
	}
	require.Equal(t, []string{"MessageEdited", "ReactionAdded", "ReactionRemoved", "ReadCursorAdvanced", "MessageDeleted"}, types)
	head := count(t, log)
	for i, d := range s.Import(deadline(t), importer, entries) {
		require.NoError(t, d.Err, "entry %d", i)
		require.True(t, d.Repeated, "entry %d", i)
	}
	require.Equal(t, head, count(t, log))
}

func TestImportGoesOnBehindARefusal(t *testing.T) {
	s := node(t, memory.New(), newKeys(), 0)
	entries := source(time.Time{})
	room := entries[0].Origin
	bad := []commands.Import{
		{Op: "dance", Origin: commands.Origin{Source: "x", N: 1}, ChannelOf: &room},
		{Op: commands.ImportSend, Origin: commands.Origin{Source: "x", N: 2}, As: "zoe", Text: "hi", ChannelOf: &room},
		{Op: commands.ImportSend, Origin: commands.Origin{Source: "x", N: 3}, As: "a/b", Text: "hi", ChannelOf: &room},
		{Op: commands.ImportSend, Origin: commands.Origin{Source: "x", N: 4}, As: "ann", Text: "hi", ChannelOf: &commands.Origin{Source: "log", N: 1}},
		{
			Op: commands.ImportSend, Origin: commands.Origin{Source: "x", N: 5}, As: "ann", Text: "hi", ChannelOf: &room,
			RefsOf: []commands.Origin{{Source: "joins", N: 1}},
		},
		{Op: commands.ImportSend, Origin: commands.Origin{Source: "x", N: 6}, As: "ann", Text: " ", ChannelOf: &room},
		{Op: commands.ImportAddMember, Origin: commands.Origin{Source: "x", N: 7}, As: "ann", User: "ann", ChannelOf: &room},
		{Origin: commands.Origin{Source: "x", N: 8}, Input: domain.ErrInvalidRequest.Because("not JSON")},
	}
	want := []error{
		domain.ErrInvalidRequest, domain.ErrNotMember, domain.ErrInvalidRequest, domain.ErrChannelNotFound,
		domain.ErrMessageNotFound, domain.ErrEmptyMessage, domain.ErrAlreadyMember, domain.ErrInvalidRequest,
	}
	all := append(append(entries[:3:3], bad...), entries[3:]...)
	done := s.Import(deadline(t), importer, all)
	for i, d := range done {
		if n := i - 3; n >= 0 && n < len(want) {
			require.ErrorIs(t, d.Err, want[n], "entry %d", i)
			continue
		}
		require.NoError(t, d.Err, "entry %d", i)
	}
}

func TestChannelsAreImportedSideBySide(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	var entries []commands.Import
	const rooms, talk = 100, 5
	for n := range int64(rooms) {
		entries = append(entries, commands.Import{
			Op: commands.ImportCreateChannel, Origin: commands.Origin{Source: "rooms", N: n}, As: "ann", Kind: domain.Group, Name: "g",
		})
	}
	for i := range int64(talk) {
		for n := range int64(rooms) {
			entries = append(entries, commands.Import{
				Op: commands.ImportSend, Origin: commands.Origin{Source: "talk", N: n*talk + i}, As: "ann", Text: "hi",
				ChannelOf: &commands.Origin{Source: "rooms", N: n},
			})
		}
	}
	last := map[domain.ChannelID]int64{}
	for i, d := range s.Import(deadline(t), importer, entries) {
		require.NoError(t, d.Err, "entry %d", i)
		require.Greater(t, d.Position, last[d.Stream.Channel])
		last[d.Stream.Channel] = d.Position
	}
	require.Len(t, last, rooms)
	require.EqualValues(t, rooms*(talk+1), count(t, log))
}
