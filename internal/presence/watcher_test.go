package presence_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
	"parley/internal/presence"
	"parley/queries"
)

// stage is what a watcher sees, and what it shows.
type stage struct {
	*presence.Watcher
	t     *testing.T
	log   *memory.Log
	mu    sync.Mutex
	at    int64
	moved chan struct{}
	here  map[domain.ChannelID][]domain.UserID
	fault error
	// during happens while the read models are read.
	during func()
	asked  int
	shown  []string
}

func (s *stage) Moved(projections []string) (int64, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Equal(s.t, []string{"directory", "occupancy"}, projections)
	return s.at, s.moved
}

func (s *stage) PresentAmong(_ context.Context, _ queries.Freshness, _ domain.AppID, c domain.ChannelID, users ...domain.UserID) ([]domain.UserID, error) {
	s.mu.Lock()
	during := s.during
	s.during = nil
	s.mu.Unlock()
	if during != nil {
		during()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.fault != nil {
		return nil, s.fault
	}
	list := slices.Clone(s.here[c])
	if len(users) > 0 {
		list = slices.DeleteFunc(list, func(u domain.UserID) bool { return !slices.Contains(users, u) })
	}
	return list, nil
}

// happen appends an event; the read models do not show it before reach.
func (s *stage) happen(stream string, e domain.Event) {
	s.t.Helper()
	s.put(stream, e)
	synctest.Wait()
}

// put appends an event and does not wait until it is heard of.
func (s *stage) put(stream string, e domain.Event) {
	s.t.Helper()
	typ, v, data, err := domain.EncodeEvent(e)
	require.NoError(s.t, err)
	_, err = s.log.Append(context.Background(), eventstore.Write{Stream: stream, Expected: eventstore.Any, Events: []eventstore.NewEvent{{
		ID: uuid.New(), Type: typ, V: v, Data: data, Meta: map[string]string{domain.MetaTime: "1"},
	}}})
	require.NoError(s.t, err)
}

// reach lets the read models show everything: who is present in the channel.
func (s *stage) reach(users ...domain.UserID) []string {
	s.mu.Lock()
	head, err := s.log.Head(context.Background())
	require.NoError(s.t, err)
	s.at, s.here[den] = int64(head), users
	close(s.moved)
	s.moved = make(chan struct{})
	s.mu.Unlock()
	return s.seen()
}

func (s *stage) seen() []string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.shown
	s.shown = nil
	slices.Sort(shown)
	return shown
}

func watching(t *testing.T, test func(s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{t: t, log: memory.New(), moved: make(chan struct{}), here: map[domain.ChannelID][]domain.UserID{}}
		s.Watcher = presence.NewWatcher(presence.WatcherConfig{
			Log: s.log, Models: s, Queries: s, Logger: slog.New(slog.DiscardHandler),
			Show: func(_ domain.AppID, c domain.ChannelID, u domain.UserID, online bool) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.shown = append(s.shown, fmt.Sprint(c, " ", u, " ", online))
			},
		})
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		synctest.Wait()
		test(s)
		cancel()
		require.NoError(t, <-ended)
	})
}

func entered(u domain.UserID) domain.Event { return domain.PresenceEntered{User: u, Node: "b"} }

func left(u domain.UserID) domain.Event { return domain.PresenceLeft{User: u, Node: "b"} }

func TestChangesOfPresenceAreShownOnce(t *testing.T) {
	watching(t, func(s *stage) {
		here := domain.PresenceStream(app, den)
		s.happen(here, entered("zoe"))
		require.Empty(t, s.reach("zoe"), "nobody watches")
		require.Zero(t, s.asked)
		s.Joined(app, den, "ann")
		require.Empty(t, s.seen(), "who was there before is not new")
		s.happen(here, entered("ann"))
		require.Empty(t, s.seen(), "the read models do not show it yet")
		require.Equal(t, []string{"7 ann true"}, s.reach("ann", "zoe"), "CH-832")
		s.happen(here, entered("ann"))
		require.Empty(t, s.reach("ann", "zoe"), "through another node too")
		s.happen(here, left("ann"))
		require.Empty(t, s.reach("ann", "zoe"), "and through that one still")
		s.happen(here, left("zoe"))
		s.happen(here, entered("bob"))
		require.Equal(t, []string{"7 bob true", "7 zoe false"}, s.reach("ann", "bob"))
		s.happen(domain.PresenceStream(app, 8), entered("ann"))
		s.happen(domain.PresenceStream("desk", den), entered("cid"))
		require.Empty(t, s.reach("ann", "bob"), "other channels")
	})
}

func TestTheEndOfANodeIsShown(t *testing.T) {
	watching(t, func(s *stage) {
		s.Joined(app, den, "ann")
		s.reach("ann", "bob", "cid")
		require.Empty(t, s.seen())
		s.happen(domain.NodeStream("desk", "b"), domain.NodeCleared{Node: "b"})
		require.Empty(t, s.reach("ann", "bob", "cid"))
		s.happen(domain.NodeStream(app, "b"), domain.NodeCleared{Node: "b"})
		require.Equal(t, []string{"7 bob false", "7 cid false"}, s.reach("ann"), "CH-832 right after")
	})
}

func TestWhoEntersWhileTheWatchBeginsIsShown(t *testing.T) {
	watching(t, func(s *stage) {
		s.mu.Lock()
		s.fault = errors.New("no database")
		s.mu.Unlock()
		s.Joined(app, den, "ann")
		s.happen(domain.PresenceStream(app, den), entered("ann"))
		require.Empty(t, s.reach("ann", "zoe"))
		s.mu.Lock()
		s.fault = nil
		s.mu.Unlock()
		pass(100_000_000)
		require.Equal(t, []string{"7 ann true"}, s.seen())
	})
}

func TestWhoHadEnteredBeforeTheWatchBeganIsShownOnceTheReadModelsShowIt(t *testing.T) {
	watching(t, func(s *stage) {
		s.happen(domain.PresenceStream(app, den), entered("zoe"))
		s.Joined(app, den, "ann")
		require.Empty(t, s.seen())
		require.Equal(t, []string{"7 zoe true"}, s.reach("zoe"), "CH-832 who asked on joining was not told of zoe")
		s.happen(domain.PresenceStream(app, den), left("zoe"))
		require.Equal(t, []string{"7 zoe false"}, s.reach())
	})
}

func TestWhatTheFirstReadingShowsAlreadyIsToldStill(t *testing.T) {
	watching(t, func(s *stage) {
		here := domain.PresenceStream(app, den)
		s.happen(here, entered("zoe"))
		s.reach("zoe")
		s.during = func() {
			s.put(here, entered("bob"))
			s.put(here, left("zoe"))
			s.mu.Lock()
			defer s.mu.Unlock()
			s.here[den] = []domain.UserID{"ann", "bob"}
		}
		s.Joined(app, den, "ann") // ann may have read that zoe is there, and not bob
		require.Empty(t, s.seen())
		require.Equal(t, []string{"7 bob true", "7 zoe false"}, s.reach("ann", "bob"), "CH-832")
		s.happen(here, entered("bob"))
		require.Empty(t, s.reach("ann", "bob"), "once")
	})
}

func TestMembersOnlyAreShown(t *testing.T) {
	watching(t, func(s *stage) {
		s.Joined(app, den, "ann")
		require.Empty(t, s.reach("ann", "bob"))
		s.happen(domain.ChannelStream(app, den), domain.MemberRemoved{User: "bob", By: "ann"})
		require.Equal(t, []string{"7 bob false"}, s.reach("ann"))
		s.happen(domain.ChannelStream(app, den), domain.MemberAdded{User: "bob", Role: domain.RoleMember})
		require.Equal(t, []string{"7 bob true"}, s.reach("ann", "bob"))
	})
}

func TestNobodyIsShownWhereNobodyWatches(t *testing.T) {
	watching(t, func(s *stage) {
		s.Joined(app, den, "ann")
		s.Joined(app, den, "ann")
		s.Left(app, den, "ann")
		s.Left(app, 8, "ann")
		s.happen(domain.PresenceStream(app, den), entered("bob"))
		require.Equal(t, []string{"7 bob true"}, s.reach("bob"))
		s.Left(app, den, "ann")
		asked := s.asked
		s.happen(domain.PresenceStream(app, den), left("bob"))
		require.Empty(t, s.reach())
		require.Equal(t, asked, s.asked)
	})
}
