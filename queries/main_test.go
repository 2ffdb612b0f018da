package queries_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/postgres"
	"parley/internal/keyring"
	"parley/internal/pgtest"
	"parley/migrations"
	"parley/projections"
	"parley/queries"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Runner(m)) }

const (
	app      domain.AppID = "shop"
	patience              = 20 * time.Second
)

// world is everything that makes and answers reads, over one database.
type world struct {
	*queries.Service
	t        testing.TB
	commands *commands.Service
	models   *projections.Runtime
	log      eventstore.Log
	keys     *keyring.Ring
	pool     *pgxpool.Pool
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ctx, quiet := context.Background(), slog.New(slog.DiscardHandler)
	w := &world{t: t, pool: pgtest.Pool(t)}
	migrate(t, w.pool)
	var err error
	w.keys, err = keyring.Open(ctx, w.pool, keyring.Config{RootKeyFile: filepath.Join(t.TempDir(), "root.key"), Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(w.keys.Close)
	log, err := postgres.Open(ctx, w.pool, postgres.Config{Unsafe: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	w.log = log
	w.models, err = projections.New(ctx, projections.Config{Log: log, DB: w.pool, Logger: quiet})
	require.NoError(t, err)
	w.commands, err = commands.New(commands.Config{
		Log: log, Keys: w.keys, Logger: quiet, Applied: w.models.Applied, Fingerprint: keyring.Fingerprint,
	})
	require.NoError(t, err)
	w.Service = queries.New(w.pool, w.keys, w.models)
	running, cancel := context.WithCancel(ctx)
	started, ended := make(chan struct{}), make(chan error, 2)
	go func() { ended <- w.models.Run(running) }()
	go func() { ended <- w.commands.Run(running, started) }()
	t.Cleanup(func() {
		w.commands.Wait()
		cancel()
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
	})
	<-started
	return w
}

func migrate(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	files, err := fs.Glob(migrations.FS, "*.sql")
	require.NoError(t, err)
	for _, name := range files {
		sql, err := migrations.FS.ReadFile(name)
		require.NoError(t, err)
		_, err = pool.Exec(context.Background(), string(sql))
		require.NoError(t, err, name)
	}
}

func user(u domain.UserID) domain.Actor {
	return domain.Actor{App: app, Kind: domain.ActorUser, ID: string(u)}
}

func (w *world) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	w.t.Cleanup(cancel)
	return ctx
}

// now is the freshness of everything that was appended so far.
func (w *world) now() queries.Freshness {
	w.t.Helper()
	head, err := w.log.Head(w.ctx())
	require.NoError(w.t, err)
	return queries.Freshness(head)
}

// room makes a channel of a kind that the owner and the others are in.
func (w *world) room(kind domain.ChannelKind, name string, owner domain.UserID, others ...domain.UserID) domain.ChannelID {
	w.t.Helper()
	out, err := w.commands.CreateChannel(w.ctx(), commands.CreateChannel{By: user(owner), Kind: kind, Name: name})
	require.NoError(w.t, err)
	for _, u := range others {
		_, err := w.commands.AddMember(w.ctx(), commands.AddMember{By: user(owner), Channel: out.Stream.Channel, User: u})
		require.NoError(w.t, err)
	}
	return out.Stream.Channel
}

func (w *world) dm(by, other domain.UserID) domain.ChannelID {
	w.t.Helper()
	out, err := w.commands.CreateChannel(w.ctx(), commands.CreateChannel{By: user(by), Kind: domain.DM, User: other})
	require.NoError(w.t, err)
	return out.Stream.Channel
}

func (w *world) send(c domain.ChannelID, by domain.UserID, text string) domain.MessageID {
	w.t.Helper()
	out, err := w.commands.SendMessage(w.ctx(), commands.SendMessage{By: user(by), Channel: c, Text: text})
	require.NoError(w.t, err)
	return domain.MessageID(out.ID)
}

// name lets a user be seen with a token that carries a name.
func (w *world) name(u domain.UserID, name string) {
	w.t.Helper()
	a := user(u)
	a.Name, a.NameIssued = name, time.Now()
	select {
	case <-w.commands.NameFromToken(w.ctx(), a, [32]byte([]byte((string(u) + name + "................................")[:32]))):
	case <-time.After(patience):
		require.FailNow(w.t, "the name is not recorded in time")
	}
}

// append writes an event for which there is no command here.
func (w *world) append(stream string, by domain.UserID, e domain.Event) {
	w.t.Helper()
	n := eventstore.NewEvent{ID: uuid.New(), Meta: map[string]string{
		domain.MetaApp: string(app), domain.MetaActor: string(by), domain.MetaActorKind: string(domain.ActorUser),
		domain.MetaTime: strconv.FormatInt(time.Now().UnixMilli(), 10),
	}}
	if s, ok := e.(domain.Sealing); ok {
		secrets, digest := s.Secrets()
		for _, secret := range secrets {
			if secret != nil {
				plain, err := json.Marshal(secret.Plain)
				require.NoError(w.t, err)
				secret.Blob, err = w.keys.Seal(w.ctx(), app, secret.Subject, n.ID, plain)
				require.NoError(w.t, err)
			}
		}
		if digest != nil {
			digest.Sum = []byte{1}
		}
	}
	var err error
	n.Type, n.V, n.Data, err = domain.EncodeEvent(e)
	require.NoError(w.t, err)
	_, err = w.log.Append(w.ctx(), eventstore.Write{Stream: stream, Expected: eventstore.Any, Events: []eventstore.NewEvent{n}})
	require.NoError(w.t, err)
}

func (w *world) edit(c domain.ChannelID, m domain.MessageID, by domain.UserID, text string) {
	w.t.Helper()
	w.append(domain.MessageStream(app, c, m), by, domain.MessageEdited{
		Version: int64(m) + 1, By: by, Digest: &domain.Digest{},
		Sealed: domain.Seal(domain.UserSubject(by, 1), domain.Content{Text: text}),
	})
}

func (w *world) delete(c domain.ChannelID, m domain.MessageID, by domain.UserID) {
	w.t.Helper()
	w.append(domain.MessageStream(app, c, m), by, domain.MessageDeleted{Version: int64(m) + 2, By: by})
}
