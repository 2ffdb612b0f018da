package fanout_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
	"parley/internal/fanout"
	"parley/queries"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

var lobby = fanout.Topic{App: "shop", Channel: 5}

// world is a hub over a log in memory, whose read model is a list.
type world struct {
	t   *testing.T
	hub *fanout.Hub
	log *memory.Log

	mu       sync.Mutex
	entries  []queries.Entry
	position int64
	moved    chan struct{}
	fail     error
	broken   domain.ChannelID // its log cannot be read
	audience []string
}

func newWorld(t *testing.T, past int64) *world {
	w := &world{t: t, log: memory.New(), moved: make(chan struct{})}
	var err error
	w.hub, err = fanout.New(fanout.Config{
		Log: w.log, Models: w, Reader: w, Audience: w, Past: past, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- w.hub.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	return w
}

// Moved implements fanout.Models.
func (w *world) Moved([]string) (int64, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.position, w.moved
}

// Entries implements fanout.Reader.
func (w *world) Entries(_ context.Context, _ queries.Freshness, of []queries.Stretch, limit int) ([][]queries.Entry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail != nil {
		return nil, w.fail
	}
	out := make([][]queries.Entry, len(of))
	shown := 0
	for shown < len(w.entries) && w.entries[shown].Position <= w.position {
		shown++
	}
	for i, o := range of {
		if o.Channel == w.broken {
			return nil, errors.New("what is sealed cannot be opened")
		}
		rest := w.entries[min(o.After, int64(shown)):shown]
		out[i] = slices.Clone(rest[:min(len(rest), limit)])
	}
	return out, nil
}

// Joined and Left implement fanout.Audience.
func (w *world) Joined(_ domain.AppID, _ domain.ChannelID, u domain.UserID) { w.note("+" + string(u)) }

func (w *world) Left(_ domain.AppID, _ domain.ChannelID, u domain.UserID) { w.note("-" + string(u)) }

func (w *world) note(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.audience = append(w.audience, s)
}

// happen appends an event; it is shown when show is called.
func (w *world) happen(typ, subject string) {
	w.t.Helper()
	res := w.put("channel-shop.5", typ)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.entries = append(w.entries, queries.Entry{
		Seq: int64(len(w.entries) + 1), Position: int64(res.Position), Type: typ, Subject: subject,
	})
}

// put appends an event to a stream.
func (w *world) put(stream, typ string) eventstore.Result {
	w.t.Helper()
	res, err := w.log.Append(context.Background(), eventstore.Write{
		Stream: stream, Expected: eventstore.Any,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: typ, V: 1, Data: []byte(`{}`)}},
	})
	require.NoError(w.t, err)
	return res
}

// show lets the read models have caught up.
func (w *world) show() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.entries); n > 0 {
		w.position = w.entries[n-1].Position
	}
	close(w.moved)
	w.moved = make(chan struct{})
}

func (w *world) head(context.Context) (queries.LogHead, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return queries.LogHead{Seq: int64(len(w.entries))}, nil
}

// texts renders an entry as its number and type.
type texts struct{ mark string }

func (f *texts) Frames(_ context.Context, _ fanout.Topic, entries []queries.Entry) ([]fanout.Frame, error) {
	frames := []fanout.Frame{}
	for _, e := range entries {
		frames = append(frames, fanout.Frame{Seq: e.Seq, Bytes: fmt.Appendf(nil, "%s%d %s", f.mark, e.Seq, e.Type)})
	}
	return frames, nil
}

var plain, other = &texts{}, &texts{mark: "other "}

// sink keeps what it gets.
type sink struct {
	frames chan string
}

func newSink() *sink { return &sink{frames: make(chan string, 10_000)} }

func (s *sink) Push(frames ...[]byte) bool {
	for _, f := range frames {
		s.frames <- string(f)
	}
	return true
}

func (s *sink) PushWait(_ context.Context, frames ...[]byte) error {
	s.Push(frames...)
	return nil
}

func (s *sink) want(t *testing.T, frames ...string) {
	t.Helper()
	for _, want := range frames {
		select {
		case got := <-s.frames:
			require.Equal(t, want, got)
		case <-time.After(patience):
			require.Fail(t, "no frame came", "want %s", want)
		}
	}
}

func (w *world) subscribe(s *sink, user domain.UserID, f fanout.Format, after *int64, gone func()) (*fanout.Subscription, error) {
	return w.subscribeTo(lobby, s, user, f, after, gone)
}

func (w *world) subscribeTo(
	t fanout.Topic, s *sink, user domain.UserID, f fanout.Format, after *int64, gone func(),
) (*fanout.Subscription, error) {
	return w.hub.Subscribe(context.Background(), fanout.Want{
		Topic: t, User: user, Sink: s, Format: f, Head: w.head, After: after, Gone: gone,
		Confirm: func(h queries.LogHead, gap bool) [][]byte {
			return [][]byte{[]byte("subscribed at " + strconv.FormatInt(h.Seq, 10) + map[bool]string{true: " gap"}[gap])}
		},
	})
}

func TestWhatHappensComesOnceItIsShown(t *testing.T) {
	w := newWorld(t, 0)
	a, b := newSink(), newSink()
	_, err := w.subscribe(a, "ann", plain, nil, nil)
	require.NoError(t, err)
	_, err = w.subscribe(b, "bob", other, nil, nil)
	require.NoError(t, err)
	a.want(t, "subscribed at 0")
	b.want(t, "subscribed at 0")
	w.happen("MessageSent", "")
	w.happen("MessageSent", "")
	require.Empty(t, a.frames, "the read models do not show it yet")
	w.show()
	a.want(t, "1 MessageSent", "2 MessageSent")
	b.want(t, "other 1 MessageSent", "other 2 MessageSent")
}

func TestWhatTheReadModelsDidNotShowToTheFirstSubscriberComesOnceTheyDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 0)
		w.happen("MessageSent", "")
		w.show()
		w.happen("MessageSent", "")
		synctest.Wait() // the hub has heard of both while nobody was there
		a, after := newSink(), int64(0)
		_, err := w.hub.Subscribe(t.Context(), fanout.Want{
			Topic: lobby, User: "ann", Sink: a, Format: plain, After: &after,
			Head:    func(context.Context) (queries.LogHead, error) { return queries.LogHead{Seq: 1}, nil },
			Confirm: func(queries.LogHead, bool) [][]byte { return [][]byte{[]byte("subscribed")} },
		})
		require.NoError(t, err)
		a.want(t, "subscribed", "1 MessageSent")
		synctest.Wait()
		t.Log("CH-805 CH-824")
		w.show()
		a.want(t, "2 MessageSent")
	})
}

func TestTheReadModelsMayFailForAWhile(t *testing.T) {
	w := newWorld(t, 0)
	a := newSink()
	_, err := w.subscribe(a, "ann", plain, nil, nil)
	require.NoError(t, err)
	a.want(t, "subscribed at 0")
	w.mu.Lock()
	w.fail = errors.New("away")
	w.mu.Unlock()
	w.happen("MessageSent", "")
	w.show()
	_, err = w.subscribe(newSink(), "bob", plain, new(int64), nil)
	require.Error(t, err)
	w.mu.Lock()
	w.fail = nil
	w.mu.Unlock()
	a.want(t, "1 MessageSent")
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Equal(t, []string{"+ann", "+bob", "-bob"}, w.audience)
}

func TestAChannelThatCannotBeShownHoldsUpNoOther(t *testing.T) {
	w := newWorld(t, 0)
	w.broken = 6
	a, b := newSink(), newSink()
	_, err := w.subscribeTo(fanout.Topic{App: "shop", Channel: 6}, b, "bob", plain, nil, nil)
	require.NoError(t, err)
	_, err = w.subscribe(a, "ann", plain, nil, nil)
	require.NoError(t, err)
	a.want(t, "subscribed at 0")
	b.want(t, "subscribed at 0")
	w.put("channel-shop.6", "MessageSent")
	w.happen("MessageSent", "")
	w.show()
	a.want(t, "1 MessageSent")
	w.mu.Lock()
	w.broken = 0
	w.mu.Unlock()
	b.want(t, "1 MessageSent")
}

func TestWhatWasMissedComesFirst(t *testing.T) {
	w := newWorld(t, 500)
	for range 450 {
		w.happen("MessageSent", "")
	}
	w.show()
	for name, test := range map[string]struct {
		after int64
		first string
		from  int64
	}{
		"all of it":       {0, "subscribed at 450", 1},
		"a part":          {440, "subscribed at 450", 441},
		"nothing":         {450, "subscribed at 450", 451},
		"from the future": {451, "subscribed at 450 gap", 451},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSink()
			sub, err := w.subscribe(s, "ann", plain, &test.after, nil)
			require.NoError(t, err)
			defer sub.End()
			s.want(t, test.first)
			for seq := test.from; seq <= 450; seq++ {
				s.want(t, fmt.Sprintf("%d MessageSent", seq))
			}
			require.Empty(t, s.frames)
		})
	}
	t.Run("too much", func(t *testing.T) {
		for range 51 {
			w.happen("MessageSent", "")
		}
		w.show()
		s := newSink()
		_, err := w.subscribe(s, "ann", plain, new(int64), nil)
		require.NoError(t, err)
		s.want(t, "subscribed at 501 gap")
		w.happen("Last", "")
		w.show()
		s.want(t, "502 Last")
	})
}

func TestWhoMayNotReadOnGetsTheEntryThatSaysSo(t *testing.T) {
	for name, test := range map[string]struct {
		typ, subject string
		gone         []bool
	}{
		"removed":             {"MemberRemoved", "bob", []bool{false, true}},
		"somebody else is":    {"MemberRemoved", "zoe", []bool{false, false}},
		"the channel is gone": {"ChannelDeleted", "", []bool{true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 0)
			sinks := []*sink{newSink(), newSink()}
			gone := []chan struct{}{make(chan struct{}), make(chan struct{})}
			for i, user := range []domain.UserID{"ann", "bob"} {
				_, err := w.subscribe(sinks[i], user, plain, nil, func() { close(gone[i]) })
				require.NoError(t, err)
				sinks[i].want(t, "subscribed at 0")
			}
			w.happen("MessageSent", "")
			w.happen(test.typ, test.subject)
			w.happen("MessageSent", "")
			w.show()
			for i, s := range sinks {
				s.want(t, "1 MessageSent", "2 "+test.typ)
				if !test.gone[i] {
					s.want(t, "3 MessageSent")
					continue
				}
				<-gone[i]
				require.Empty(t, s.frames)
			}
		})
	}
}

func TestAMemberWhoIsBackReadsHowHeHadLeft(t *testing.T) {
	w := newWorld(t, 0)
	w.happen("MemberRemoved", "bob")
	w.happen("MemberAdded", "bob")
	w.show()
	s := newSink()
	_, err := w.subscribe(s, "bob", plain, new(int64), func() { t.Error("still a member") })
	require.NoError(t, err)
	s.want(t, "subscribed at 2", "1 MemberRemoved", "2 MemberAdded")
	w.happen("MessageSent", "")
	w.show()
	s.want(t, "3 MessageSent")
}

func TestSubscribersWhoComeWhileThingsHappenMissNothing(t *testing.T) {
	const events, comers = 400, 30
	w := newWorld(t, 0)
	var all sync.WaitGroup
	all.Go(func() {
		for range events {
			w.happen("MessageSent", "")
			w.show()
		}
	})
	for n := range comers {
		all.Go(func() {
			s := newSink()
			after := int64(n)
			for {
				head, _ := w.head(context.Background())
				if head.Seq >= after {
					break
				}
			}
			_, err := w.subscribe(s, "ann", plain, &after, nil)
			if err != nil {
				t.Error(err)
				return
			}
			<-s.frames
			for seq := after + 1; seq <= events; seq++ {
				select {
				case got := <-s.frames:
					if got != fmt.Sprintf("%d MessageSent", seq) {
						t.Errorf("want %d, got %s", seq, got)
						return
					}
				case <-time.After(patience):
					t.Errorf("no frame %d came", seq)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestSignalsGoToOthers(t *testing.T) {
	w := newWorld(t, 0)
	a, b := newSink(), newSink()
	subA, err := w.subscribe(a, "ann", plain, nil, nil)
	require.NoError(t, err)
	_, err = w.subscribe(b, "bob", other, nil, nil)
	require.NoError(t, err)
	a.want(t, "subscribed at 0")
	b.want(t, "subscribed at 0")
	w.hub.Signal(lobby, "ann", func(f fanout.Format) []byte { return []byte(f.(*texts).mark + "typing") })
	b.want(t, "other typing")
	require.Empty(t, a.frames)
	require.True(t, w.hub.Listened(lobby))
	subA.End()
	subA.End()
	require.Equal(t, 1, w.hub.Topics())
}

func TestWhatAnotherBuildShowsIsDelivered(t *testing.T) {
	w := newWorld(t, 0)
	a := newSink()
	_, err := w.subscribe(a, "ann", plain, nil, nil)
	require.NoError(t, err)
	a.want(t, "subscribed at 0")
	w.mu.Lock()
	w.entries = append(w.entries, queries.Entry{Seq: 1, Type: "MessageSent"}) // was parked: its event came long ago
	w.mu.Unlock()
	w.hub.Refresh()
	a.want(t, "1 MessageSent")
}
