package feed_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
	"parley/internal/feed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// source is a log and where its only topic has got to.
type source struct {
	*memory.Log
	checkpoint atomic.Int64
	asked      atomic.Int64 // how often the checkpoint was read
	stopped    atomic.Bool
	refuse     atomic.Int64 // how many reads of the checkpoint fail
}

func newSource(events int) *source {
	s := &source{Log: memory.New()}
	s.add(events)
	return s
}

func (s *source) add(events int) {
	for range events {
		e := eventstore.NewEvent{ID: uuid.New(), Type: "Happened", V: 1, Data: []byte("{}")}
		if _, err := s.Append(context.Background(), eventstore.Write{
			Stream: "app-x", Expected: eventstore.Any, Events: []eventstore.NewEvent{e},
		}); err != nil {
			panic(err)
		}
	}
}

func (s *source) from(context.Context, string) (eventstore.Position, error) {
	s.asked.Add(1)
	if s.refuse.Add(-1) >= 0 {
		return 0, errors.New("no answer")
	}
	return eventstore.Position(s.checkpoint.Load()), nil
}

func (s *source) subscriber(limit int) *feed.Subscriber {
	return feed.New(feed.Config{
		Log: s, Limit: limit, From: s.from, Logger: slog.New(slog.DiscardHandler),
		Again: func(string) bool { return !s.stopped.Load() },
	})
}

// subscribe follows the only topic until the test ends.
func subscribe(t *testing.T, f *feed.Subscriber) <-chan *message.Message {
	t.Helper()
	out, err := f.Subscribe(t.Context(), "topic")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return out
}

func next(t *testing.T, out <-chan *message.Message) *message.Message {
	t.Helper()
	select {
	case m, open := <-out:
		require.True(t, open, "the topic ended")
		return m
	case <-time.After(patience):
		require.FailNow(t, "no message in time")
		return nil
	}
}

func (s *source) positions(t *testing.T, m *message.Message) []int64 {
	t.Helper()
	_, events, err := feed.Events(s, m)
	require.NoError(t, err)
	var p []int64
	for _, r := range events {
		p = append(p, int64(r.Position))
	}
	return p
}

func TestBatchesComeInOrderAndOneAtATime(t *testing.T) {
	s := newSource(25)
	out := subscribe(t, s.subscriber(7))
	var got []int64
	for len(got) < 25 {
		m := next(t, out)
		batch := s.positions(t, m)
		require.LessOrEqual(t, len(batch), 7)
		require.Equal(t, "topic:"+strconv.FormatInt(batch[len(batch)-1], 10), m.UUID)
		select {
		case <-out:
			require.FailNow(t, "a second message before the first was acked")
		default:
		}
		got = append(got, batch...)
		require.True(t, m.Ack())
	}
	for i, p := range got {
		require.EqualValues(t, i+1, p)
	}
	s.add(1)
	m := next(t, out)
	require.Equal(t, []int64{26}, s.positions(t, m), "live events follow")
	m.Ack()
}

func TestARefusedBatchComesAgainFromTheCheckpoint(t *testing.T) {
	s := newSource(6)
	out := subscribe(t, s.subscriber(3))
	m := next(t, out)
	require.Equal(t, []int64{1, 2, 3}, s.positions(t, m))
	m.Nack()
	m = next(t, out)
	require.Equal(t, []int64{1, 2, 3}, s.positions(t, m), "nothing was stored")
	s.checkpoint.Store(2) // stored, and the Ack lost
	m.Nack()
	m = next(t, out)
	require.Equal(t, []int64{3, 4, 5}, s.positions(t, m))
	m.Ack()
	m = next(t, out)
	require.Equal(t, []int64{6}, s.positions(t, m))
	m.Ack()
	require.EqualValues(t, 3, s.asked.Load(), "a checkpoint is read for every start only")
}

func TestRestartGoesBackToTheCheckpointWithoutNewEvents(t *testing.T) {
	s := newSource(4)
	f := s.subscriber(10)
	out := subscribe(t, f)
	next(t, out).Ack()
	s.checkpoint.Store(2)
	f.Restart()
	m := next(t, out)
	require.Equal(t, []int64{3, 4}, s.positions(t, m))
	m.Ack()
}

func TestATopicThatMayNotGoOnStops(t *testing.T) {
	s := newSource(2)
	out := subscribe(t, s.subscriber(1))
	m := next(t, out)
	s.stopped.Store(true)
	m.Nack()
	other := newSource(3)
	m = next(t, subscribe(t, other.subscriber(3))) // other topics go on
	require.Len(t, other.positions(t, m), 3)
	m.Ack()
	select {
	case <-out:
		require.FailNow(t, "a stopped topic delivered")
	default:
	}
	require.EqualValues(t, 1, s.asked.Load())
}

func TestAStoppedTopicGoesOnAfterARestart(t *testing.T) {
	s := newSource(2)
	f := s.subscriber(1)
	out := subscribe(t, f)
	m := next(t, out)
	s.stopped.Store(true)
	m.Nack()
	f.Restart() // while it may not go on: nothing
	s.stopped.Store(false)
	f.Restart()
	m = next(t, out)
	require.Equal(t, []int64{1}, s.positions(t, m))
	m.Ack()
}

func TestAnUnreadableCheckpointIsReadAgain(t *testing.T) {
	s := newSource(1)
	s.refuse.Store(2)
	m := next(t, subscribe(t, s.subscriber(1)))
	require.Equal(t, []int64{1}, s.positions(t, m))
	m.Ack()
	require.EqualValues(t, 3, s.asked.Load())
}

func TestALostContextIsReadFromTheLogAgain(t *testing.T) {
	s := newSource(9)
	s.checkpoint.Store(2)
	m := next(t, subscribe(t, s.subscriber(4)))
	m.SetContext(t.Context())
	require.Equal(t, []int64{3, 4, 5, 6}, s.positions(t, m))
	m.Ack()

	_, _, err := feed.Events(s, message.NewMessage("stranger", nil))
	require.ErrorContains(t, err, "names no batch")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	m.SetContext(ended)
	_, _, err = feed.Events(s, m)
	require.ErrorIs(t, err, context.Canceled)
}

func TestTheEndOfTheContextClosesTheChannel(t *testing.T) {
	s := newSource(1)
	ctx, cancel := context.WithCancel(t.Context())
	f := s.subscriber(1)
	out, err := f.Subscribe(ctx, "topic")
	require.NoError(t, err)
	next(t, out).Ack()
	cancel()
	select {
	case _, open := <-out:
		require.False(t, open)
	case <-time.After(patience):
		require.FailNow(t, "the channel stays open")
	}
	require.NoError(t, f.Close())
	require.NoError(t, f.Close(), "closing twice is harmless")
}
