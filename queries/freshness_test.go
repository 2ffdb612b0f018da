package queries_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/projections"
	"parley/queries"
)

// waiter is a memory of checkpoints that a test makes up.
type waiter func(ctx context.Context, names []string, position int64) ([]int64, error)

func (f waiter) Wait(ctx context.Context, names []string, position int64) ([]int64, error) {
	return f(ctx, names, position)
}

func (waiter) Floor([]string) int64 { return 0 }

func (waiter) Parked([]string, domain.AppID, domain.ChannelID, domain.Actor, func(string, int64, int64)) {
}

func TestAReadWaitsForWhatItMustShow(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	for range 20 {
		m := w.send(c, "ann", "hello")
		p, _, err := w.History(w.ctx(), w.now(), queries.History{App: app, Channel: c, User: "ann", Limit: 1})
		require.NoError(t, err)
		require.Equal(t, m, p.Messages[0].ID)
	}
}

func TestEachReadWaitsForTheProjectionsItShows(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	var asked []string
	unable := errors.New("not today")
	s := queries.New(w.pool, w.keys, waiter(func(_ context.Context, names []string, position int64) ([]int64, error) {
		asked = names
		require.EqualValues(t, 7, position)
		return nil, unable
	}))
	both := []string{"directory", "timeline"}
	for name, tt := range map[string]struct {
		want []string
		read func() error
	}{
		"channels": {both, func() error {
			_, err := s.Channels(w.ctx(), 7, queries.ChannelList{App: app, User: "ann", Limit: 1000})
			return err
		}},
		"rooms":   {both, func() error { _, err := s.Rooms(w.ctx(), 7, app, "ann", 0, 1); return err }},
		"channel": {both, func() error { _, _, err := s.Channel(w.ctx(), 7, app, "ann", c); return err }},
		"history": {both, func() error {
			_, _, err := s.History(w.ctx(), 7, queries.History{App: app, Channel: c, User: "ann", Limit: 1})
			return err
		}},
		"message": {both, func() error { _, _, _, err := s.Message(w.ctx(), 7, app, "ann", c, 1); return err }},
		"members": {both[:1], func() error { _, _, err := s.Members(w.ctx(), 7, app, "ann", c, "", 1); return err }},
		"member":  {both[:1], func() error { _, _, err := s.Member(w.ctx(), 7, app, c, "ann"); return err }},
		"blocks":  {both[:1], func() error { _, err := s.Blocks(w.ctx(), 7, app, "ann"); return err }},
	} {
		err := tt.read()
		require.ErrorIs(t, err, queries.ErrBehind, name)
		require.ErrorIs(t, err, unable, name)
		require.Equal(t, tt.want, asked, name)
	}
}

// TestAnAnswerOfTheFormerStateIsNotMixedIn: the rows are older than memory
// says, as after a crash of the database, and catch up between two attempts.
func TestAnAnswerOfTheFormerStateIsNotMixedIn(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "bob")
	at := w.now()
	_, err := w.Channels(w.ctx(), at, queries.ChannelList{App: app, User: "ann", Limit: 1000})
	require.NoError(t, err)
	attempts := 0
	s := queries.New(w.pool, w.keys, waiter(func(ctx context.Context, names []string, position int64) ([]int64, error) {
		if attempts++; attempts == 2 {
			w.append(domain.ChannelStream(app, c), "ann", domain.ChannelDeleted{By: "ann"})
			return w.models.Wait(ctx, []string{"directory", "timeline"}, int64(at)+1)
		}
		return slices.Repeat([]int64{position}, len(names)), nil
	}))
	p, in, err := s.History(w.ctx(), at+1, queries.History{App: app, Channel: c, User: "ann", Limit: 1})
	require.NoError(t, err)
	require.Equal(t, 2, attempts)
	require.Empty(t, p.Messages)
	require.Equal(t, domain.Standing{}, in, "the channel is deleted")
}

func TestAReadThatCannotBeFreshSaysSo(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	far := w.now() + 1000
	ended, cancel := context.WithCancel(w.ctx())
	cancel()
	_, _, err := w.Channel(ended, far, app, "ann", c)
	require.ErrorIs(t, err, queries.ErrBehind)
	require.ErrorIs(t, err, projections.ErrBehind)

	lying := queries.New(w.pool, w.keys, waiter(func(_ context.Context, names []string, position int64) ([]int64, error) {
		return slices.Repeat([]int64{position}, len(names)), nil
	}))
	_, _, err = lying.Channel(w.ctx(), far, app, "ann", c) // after its own patience
	require.ErrorIs(t, err, queries.ErrBehind)
	_, err = lying.Channels(ended, 0, queries.ChannelList{App: app, User: "ann", Limit: 1000})
	require.ErrorIs(t, err, context.Canceled)
}
