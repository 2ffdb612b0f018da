package commands_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	app      domain.AppID = "shop"
	patience              = 20 * time.Second
)

// keys seals by writing the subject and its version before the text.
type keys struct {
	mu      sync.Mutex
	erased  map[string]bool // "user:ann/1"
	secrets map[string]string
	ensured []domain.Subject
	natural func(salt int, parts []string) int64 // 0 or another answer; nil for the usual one
}

func newKeys() *keys { return &keys{erased: map[string]bool{}, secrets: map[string]string{}} }

func under(s domain.Subject, version string) string { return s.String() + "/" + version }

func (k *keys) Ensure(ctx context.Context, _ domain.AppID, subjects ...domain.Subject) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ensured = append(k.ensured, subjects...)
	return ctx.Err()
}

func (k *keys) Seal(ctx context.Context, _ domain.AppID, s domain.Subject, _ uuid.UUID, plain []byte) ([]byte, error) {
	return fmt.Appendf(nil, "%d|%s", s.Version, plain), ctx.Err()
}

func (k *keys) Open(_ context.Context, _ domain.AppID, s domain.Subject, _ uuid.UUID, blob []byte) ([]byte, error) {
	version, plain, _ := strings.Cut(string(blob), "|")
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.erased[under(s, version)] {
		return nil, domain.ErrErased
	}
	return []byte(plain), nil
}

func (k *keys) erase(s domain.Subject) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.erased[under(s, fmt.Sprint(s.Version))] = true
}

func (k *keys) MAC(ctx context.Context, a domain.AppID, s domain.Subject, purpose string, content []byte) ([]byte, error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %s %q", a, s, s.Version, purpose, content))
	return sum[:], ctx.Err()
}

func (k *keys) NaturalID(ctx context.Context, a domain.AppID, salt int, parts ...string) (int64, error) {
	if k.natural != nil {
		return k.natural(salt, parts), ctx.Err()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %q", a, salt, parts))
	return int64(sum[0])<<8 + int64(sum[1]) + 1, ctx.Err()
}

func (k *keys) PutSecret(_ context.Context, a domain.AppID, key string, version int, secret string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	slot := fmt.Sprintf("%s.%s/%d", a, key, version)
	if had, ok := k.secrets[slot]; ok && had != secret {
		return errors.New("another secret is there")
	}
	k.secrets[slot] = secret
	return nil
}

func (k *keys) Secret(_ context.Context, a domain.AppID, key string, version int) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.secrets[fmt.Sprintf("%s.%s/%d", a, key, version)], nil
}

// node is one process over a log that others may share.
func node(t testing.TB, log eventstore.Log, k *keys, states int) *commands.Service {
	t.Helper()
	return nodeOf(t, commands.Config{Log: log, Keys: k, States: states})
}

// nodeOf is a process with a configuration.
func nodeOf(t testing.TB, c commands.Config) *commands.Service {
	t.Helper()
	c.Logger, c.Fingerprint = slog.New(slog.DiscardHandler), func(secret string) string { return secret[:4] }
	s, err := commands.New(c)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	started, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.Run(ctx, started) }()
	select {
	case <-started:
	case err := <-ended:
		require.FailNow(t, "the service does not start", err)
	}
	t.Cleanup(func() {
		s.Wait()
		cancel()
		require.NoError(t, <-ended)
	})
	return s
}

func user(u domain.UserID) domain.Actor {
	return domain.Actor{App: app, Kind: domain.ActorUser, ID: string(u), Dialect: "test", Request: "r1"}
}

func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// newGroup makes a group of the owner and the others.
func newGroup(t testing.TB, s *commands.Service, owner domain.UserID, others ...domain.UserID) domain.ChannelID {
	t.Helper()
	ctx := deadline(t)
	out, err := s.CreateChannel(ctx, commands.CreateChannel{By: user(owner), Kind: domain.Group, Name: "team"})
	require.NoError(t, err)
	for _, u := range others {
		_, err := s.AddMember(ctx, commands.AddMember{By: user(owner), Channel: out.Stream.Channel, User: u})
		require.NoError(t, err)
	}
	return out.Stream.Channel
}

func say(by domain.UserID, c domain.ChannelID, text string) commands.SendMessage {
	return commands.SendMessage{By: user(by), Channel: c, Text: text}
}

// recorded decodes a stream.
func recorded(t testing.TB, log eventstore.Log, stream string) []domain.Recorded {
	t.Helper()
	var events []domain.Recorded
	for r, err := range log.ReadStream(context.Background(), stream, 0) {
		require.NoError(t, err)
		e, err := r.Decode()
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}

func types(events []domain.Recorded) []string {
	names := make([]string, len(events))
	for i, r := range events {
		names[i] = r.Event.Type()
	}
	return names
}

// count is how many events the log holds.
func count(t testing.TB, log eventstore.Log) int64 {
	t.Helper()
	head, err := log.Head(context.Background())
	require.NoError(t, err)
	return int64(head)
}
