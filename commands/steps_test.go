package commands_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

// counted is a log that counts what is asked of it.
type counted struct {
	eventstore.Log
	appends, finds, reads atomic.Int64
	before                func(many []eventstore.Write) error // ahead of each AppendMany
}

func (l *counted) Append(ctx context.Context, w eventstore.Write) (eventstore.Result, error) {
	l.appends.Add(1)
	return l.Log.Append(ctx, w)
}

func (l *counted) AppendMany(ctx context.Context, writes []eventstore.Write) ([]eventstore.Result, error) {
	l.appends.Add(1)
	if l.before != nil {
		if err := l.before(writes); err != nil {
			return nil, err
		}
	}
	return l.Log.AppendMany(ctx, writes)
}

func (l *counted) Find(ctx context.Context, ids ...uuid.UUID) (map[uuid.UUID]eventstore.Result, error) {
	l.finds.Add(1)
	return l.Log.Find(ctx, ids...)
}

func (l *counted) ReadStream(ctx context.Context, stream string, from eventstore.Revision) iter.Seq2[eventstore.Recorded, error] {
	l.reads.Add(1)
	return l.Log.ReadStream(ctx, stream, from)
}

// crowd is a room that is there, and many who come, talk and leave.
func crowd(t *testing.T, s *commands.Service, people int) (entries []commands.Import) {
	t.Helper()
	room := commands.Origin{Source: "rooms", N: 0}
	for _, d := range s.Import(deadline(t), importer, []commands.Import{
		{Op: commands.ImportCreateChannel, Origin: room, As: "import", Kind: domain.Room, Name: "lobby"},
	}) {
		require.NoError(t, d.Err)
	}
	for n := range int64(people) {
		u := domain.UserID(fmt.Sprint("u", n))
		entries = append(entries,
			commands.Import{Op: commands.ImportAddMember, Origin: commands.Origin{Source: "joins", N: n}, As: u, User: u, ChannelOf: &room},
			commands.Import{Op: commands.ImportSend, Origin: commands.Origin{Source: "log", N: n}, As: u, Text: "hello", ChannelOf: &room},
			commands.Import{Op: commands.ImportRemoveMember, Origin: commands.Origin{Source: "leaves", N: n}, As: u, User: u, ChannelOf: &room})
	}
	return entries
}

func requireInOrder(t *testing.T, done []commands.Imported) {
	t.Helper()
	var last int64
	for i, d := range done {
		require.NoError(t, d.Err, "entry %d", i)
		require.True(t, d.Changed, "entry %d", i)
		require.Greater(t, d.Position, last, "entry %d", i)
		last = d.Position
	}
}

func TestWhatIsKnownIsImportedInOneAppend(t *testing.T) {
	log := &counted{Log: memory.New()}
	k := newKeys()
	s := node(t, log, k, 0)
	entries := crowd(t, s, 50)
	log.appends.Store(0)
	log.finds.Store(0)
	log.reads.Store(0)
	requireInOrder(t, s.Import(deadline(t), importer, entries))
	require.EqualValues(t, 1, log.appends.Load())
	require.EqualValues(t, 1, log.finds.Load())
	require.Zero(t, log.reads.Load(), "states are read together")
	require.Len(t, k.ensured, 50, "keys are made together")
	for i, d := range s.Import(deadline(t), importer, entries) {
		require.True(t, d.Repeated, "entry %d", i)
	}
	require.EqualValues(t, 1, log.appends.Load(), "what is there is not appended again")
	require.EqualValues(t, 2, log.finds.Load())
}

func TestAnImportMeetsWhatOthersWriteMeanwhile(t *testing.T) {
	shared := memory.New()
	log := &counted{Log: shared}
	k := newKeys()
	s, other := node(t, log, k, 0), node(t, shared, k, 0)
	entries := crowd(t, s, 20)
	first := s.Import(deadline(t), importer, entries[:1])
	requireInOrder(t, first)
	c := first[0].Stream.Channel
	met := 0
	log.before = func([]eventstore.Write) error {
		if met++; met > 1 {
			return nil
		}
		_, err := other.AddMember(deadline(t), commands.AddMember{By: user("zoe"), Channel: c, User: "zoe"})
		require.NoError(t, err)
		_, err = other.RemoveMember(deadline(t), commands.RemoveMember{By: user("import"), Channel: c, User: "u0"})
		require.NoError(t, err)
		return nil
	}
	done := s.Import(deadline(t), importer, entries[1:])
	require.ErrorIs(t, done[0].Err, domain.ErrNotMember, "what was decided before the removal does not follow it")
	require.ErrorIs(t, done[1].Err, domain.ErrNotMember)
	requireInOrder(t, done[2:])
	before := count(t, shared)
	again := s.Import(deadline(t), importer, entries[1:])
	require.ErrorIs(t, again[0].Err, domain.ErrNotMember)
	require.Equal(t, before, count(t, shared))
}

func TestNothingOvertakesAnEntryThatFailed(t *testing.T) {
	log := &counted{Log: memory.New()}
	k := newKeys()
	s := node(t, log, k, 0)
	entries := crowd(t, s, 20)
	head := count(t, log)
	log.before = func([]eventstore.Write) error { return eventstore.ErrUnavailable }
	for i, d := range s.Import(deadline(t), importer, entries) {
		require.ErrorIs(t, d.Err, eventstore.ErrUnavailable, "entry %d", i)
	}
	require.Equal(t, head, count(t, log))
	log.before = nil
	requireInOrder(t, s.Import(deadline(t), importer, entries))
}

func TestARefusedEntryLeavesNoKey(t *testing.T) {
	log := &counted{Log: memory.New()}
	k := newKeys()
	s := node(t, log, k, 0)
	entries := crowd(t, s, 3)
	done := s.Import(deadline(t), importer, entries[1:]) // who has not come may not talk
	require.ErrorIs(t, done[0].Err, domain.ErrNotMember)
	for _, subject := range k.ensured {
		require.NotEqual(t, "u0", subject.ID)
	}
}
