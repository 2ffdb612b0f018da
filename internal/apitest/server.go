package apitest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/pgtest"
	"parley/internal/server"
)

// Patience bounds every wait of a test.
const Patience = 30 * time.Second

// Operator is the operator token of every server.
const Operator = "operator-token-of-the-tests-0123456789"

// AssetKey signs the URLs of every server.
const AssetKey = "asset-key-of-the-tests-0123456789abcdef"

// Server is a running service with a listener.
type Server struct {
	*server.Server
	Clock *Clock
	URL   string
	// Prompt makes reads go out at once. By default they wait until the
	// projections have caught up, so that everybody sees every write.
	Prompt bool

	place   place
	now     *running
	secrets *secrets
	client  *http.Client
	faults  *faults
}

// Poison appends an event to a stream that no code can read. That the server
// logs what it makes of it is no fault of the test.
func (s *Server) Poison(stream, typ string) (position int64) {
	s.t().Helper()
	s.faults.tolerate("partition parked")
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	res, err := s.Log.Append(ctx, eventstore.Write{
		Stream: stream, Expected: eventstore.Any,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: typ, V: 1, Data: []byte(`{"poison":`)}},
	})
	if err != nil {
		s.t().Fatalf("append poison to %s: %v", stream, err)
	}
	return int64(res.Position)
}

// Append appends an event of any type to a stream.
func (s *Server) Append(stream, typ, data string) {
	s.t().Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	_, err := s.Log.Append(ctx, eventstore.Write{
		Stream: stream, Expected: eventstore.Any,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: typ, V: 1, Data: []byte(data)}},
	})
	if err != nil {
		s.t().Fatalf("append to %s: %v", stream, err)
	}
}

// place is what nodes of one installation share.
type place struct {
	database, rootKey, assets string
	now                       *running
	secrets                   *secrets
}

// running is the test that is running: a subtest of the one that opened the
// server, so that faults are counted where they belong.
type running struct {
	mu   sync.Mutex
	test testing.TB
}

func (r *running) set(t testing.TB) (before testing.TB) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, r.test = r.test, t
	return before
}

func (s *Server) t() testing.TB {
	s.now.mu.Lock()
	defer s.now.mu.Unlock()
	return s.now.test
}

// Run runs a subtest, to which the requests of the meantime belong. Tests of
// one server do not run side by side.
func (s *Server) Run(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		before := s.now.set(t)
		defer s.now.set(before)
		f(t)
	})
}

func newPlace(t testing.TB) place {
	t.Helper()
	dir := t.TempDir()
	p := place{pgtest.URL(t), filepath.Join(dir, "root.key"), filepath.Join(dir, "assets"), &running{test: t}, &secrets{}}
	p.secrets.add("operator token", Operator)
	p.secrets.add("key of the assets", AssetKey)
	p.secrets.placeOf(p.database, p.rootKey)
	return p
}

// Open starts a server over a fresh database; it ends with the test. Faults
// that the server logs fail the test. Changes are made to its configuration.
func Open(t testing.TB, changes ...func(*server.Config)) *Server {
	t.Helper()
	return open(t, newPlace(t), false, changes...)
}

// Nodes starts servers that share one fresh database.
func Nodes(t testing.TB, n int) []*Server {
	t.Helper()
	p := newPlace(t)
	nodes := make([]*Server, n)
	for i := range nodes {
		nodes[i] = open(t, p, true)
	}
	return nodes
}

// Again stops the server and starts one over what it leaves.
func (s *Server) Again(t testing.TB) *Server {
	t.Helper()
	s.Close()
	return open(t, s.place, false)
}

func open(t testing.TB, p place, shared bool, changes ...func(*server.Config)) *Server {
	t.Helper()
	faults := &faults{}
	clock := &Clock{}
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	c := server.Config{
		DatabaseURL: p.database, RootKeyFile: p.rootKey, Shared: shared,
		Operator: Operator, Logger: slog.New(faults), Now: clock.Now, Unsafe: true,
	}
	listener := httptest.NewUnstartedServer(nil)
	c.Assets.Dir, c.Assets.Key = p.assets, AssetKey
	c.Assets.URL = "http://" + listener.Listener.Addr().String() + "/v1/assets"
	for _, change := range changes {
		change(&c)
	}
	said := &journal{}
	c.Logger = said.over(c.Logger)
	s, err := server.Open(ctx, c)
	if err != nil {
		listener.Close()
		t.Fatalf("open the server: %v", err)
	}
	listener.Config.Handler = s.Handler
	listener.Start()
	t.Cleanup(func() {
		listener.Close()
		s.Close()
		for _, text := range faults.seen() {
			t.Errorf("the server logged a fault: %s", text)
		}
		if found := said.leak(p.secrets); found != "" {
			t.Errorf("RS-020 RS-125 the server's log holds what it must not: %s", found)
		}
	})
	client := listener.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 128
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Server{Server: s, Clock: clock, URL: listener.URL, place: p, now: p.now, secrets: p.secrets, client: client, faults: faults}
}

// Clock is the clock of a server: the real one, ahead by what a test adds.
type Clock struct{ ahead atomic.Int64 }

// Now is the time on the clock.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Advance puts the clock forward.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

// faults is a log handler that keeps what is logged as an error.
type faults struct {
	mu        sync.Mutex
	texts     []string
	tolerated []string
}

// tolerate lets errors with a message pass.
func (f *faults) tolerate(message string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tolerated = append(f.tolerated, message)
}

// Enabled takes errors only.
func (*faults) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle keeps a record.
func (f *faults) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(f.tolerated, r.Message) {
		f.texts = append(f.texts, text)
	}
	return nil
}

// WithAttrs is f: attributes of loggers say nothing here.
func (f *faults) WithAttrs([]slog.Attr) slog.Handler { return f }

// WithGroup is f.
func (f *faults) WithGroup(string) slog.Handler { return f }

func (f *faults) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.texts
}

// App is a tenant with a native key.
type App struct {
	ID     domain.AppID
	Key    domain.KeyName
	Secret string

	s *Server
}

// App declares an app with the native key root and without limits: tests ask
// for more than people do.
func (s *Server) App(id domain.AppID) *App {
	s.t().Helper()
	a := &App{ID: id, s: s}
	a.Limit(domain.Limits{Off: true})
	a.Key, a.Secret = a.Issue("root", true)
	return a
}

// Limit sets the limits of the app. They hold on a node within a second.
func (a *App) Limit(l domain.Limits) {
	a.declare(commands.DeclareApp{App: a.ID, Limits: &l})
}

func (a *App) declare(c commands.DeclareApp) {
	t := a.s.t()
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	c.By = domain.Actor{Kind: domain.ActorSystem, ID: "operator", Dialect: "cli"}
	if _, err := a.s.Commands.DeclareApp(ctx, c); err != nil {
		t.Fatalf("declare app %s: %v", c.App, err)
	}
}

// Issue gives the app a further key, or a key another secret.
func (a *App) Issue(key string, native bool) (domain.KeyName, string) {
	a.s.t().Helper()
	secret := NewSecret()
	a.s.secrets.add("secret of a key", secret)
	a.declare(commands.DeclareApp{App: a.ID, Keys: []commands.DeclareKey{{
		ID: key, Secret: secret, Capability: map[string][]string{"*": {"*"}}, Native: native,
	}}})
	return domain.KeyName(string(a.ID) + "." + key), secret
}

// On is the app as it is reached on another node.
func (a *App) On(s *Server) *App {
	other := *a
	other.s = s
	return &other
}

// Moment is the pause between two looks at something that is awaited.
const Moment = 20 * time.Millisecond
