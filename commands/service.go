package commands

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"parley/domain"
	"parley/internal/eventstore"
)

// Keys seals and opens personal text and keeps the secrets of apps.
type Keys interface {
	// Ensure makes what is missing of several subjects' keys in one go.
	Ensure(ctx context.Context, app domain.AppID, subjects ...domain.Subject) error
	// Seal encrypts under the subject's key, made if there is none.
	Seal(ctx context.Context, app domain.AppID, s domain.Subject, event uuid.UUID, plain []byte) ([]byte, error)
	// Open decrypts; domain.ErrErased if the key is gone.
	Open(ctx context.Context, app domain.AppID, s domain.Subject, event uuid.UUID, blob []byte) ([]byte, error)
	// MAC is an HMAC under a key derived from the subject's for a purpose.
	MAC(ctx context.Context, app domain.AppID, s domain.Subject, purpose string, content []byte) ([]byte, error)
	// NaturalID is 63 bits of an HMAC over parts under the app's id key; 0
	// counts as a collision, to be salted.
	NaturalID(ctx context.Context, app domain.AppID, salt int, parts ...string) (int64, error)
	// PutSecret keeps a version of a key's secret; Secret reads it.
	PutSecret(ctx context.Context, app domain.AppID, key string, version int, secret string) error
	Secret(ctx context.Context, app domain.AppID, key string, version int) (string, error)
}

// Purposes of Keys.MAC.
const (
	purposeDigest = "digest"
	purposeOnce   = "once"
)

// Config is what a Service needs. Log and Keys are required.
type Config struct {
	Log    eventstore.Log
	Keys   Keys
	Logger *slog.Logger     // default: slog.Default()
	Now    func() time.Time // default: time.Now
	States int              // folded states kept, counted as small ones; default 100,000
	// Applied is the position up to which every projection has applied the
	// log; own writes below it need no waiting. Default: 0.
	Applied func() int64
	// Erased is called when this node learns that a user was erased, before
	// anything that follows is seen. Default: nothing.
	Erased func(domain.AppID, domain.UserID)
	// Cleared is called when this node learns that a node was said to be gone
	// from an app. Default: nothing.
	Cleared func(domain.AppID, domain.NodeID)
	// Fingerprint tells secrets apart without showing them. Required.
	Fingerprint func(secret string) string
	Typing      Typing // default: nobody is told
}

// Service carries out commands. Run must be running.
type Service struct {
	log    eventstore.Log
	keys   Keys
	logger *slog.Logger
	now    func() time.Time
	states *otter.Cache[string, *state]
	apps   *otter.Cache[string, *state]
	tokens *otter.Cache[[32]byte, struct{}]
	tail   tail
	// folding guards the fields of all states.
	folding     sync.RWMutex
	fingerprint func(secret string) string
	typing      Typing
	erased      func(domain.AppID, domain.UserID)
	cleared     func(domain.AppID, domain.NodeID)
	lastChannel atomic.Int64
	working     sync.WaitGroup // what outlives the request that began it
}

// maxApps is the number of apps whose states are kept.
const maxApps = 10_000

// New makes a Service; Run starts it.
func New(c Config) (*Service, error) {
	if c.Log == nil || c.Keys == nil || c.Fingerprint == nil {
		return nil, errors.New("commands: Log, Keys and Fingerprint are required")
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.States == 0 {
		c.States = 100_000
	}
	if c.Applied == nil {
		c.Applied = func() int64 { return 0 }
	}
	if c.Erased == nil {
		c.Erased = func(domain.AppID, domain.UserID) {}
	}
	if c.Typing == nil {
		c.Typing = silence{}
	}
	if c.Cleared == nil {
		c.Cleared = func(domain.AppID, domain.NodeID) {}
	}
	weigher := func(_ string, st *state) uint32 { return max(st.weight.Load(), stateBytes) }
	states, err := otter.New(&otter.Options[string, *state]{MaximumWeight: uint64(c.States) * stateBytes, Weigher: weigher})
	if err != nil {
		return nil, fmt.Errorf("commands: state cache: %w", err)
	}
	apps, err := otter.New(&otter.Options[string, *state]{MaximumWeight: maxApps * stateBytes, Weigher: weigher})
	if err != nil {
		return nil, fmt.Errorf("commands: app cache: %w", err)
	}
	tokens, err := otter.New(&otter.Options[[32]byte, struct{}]{MaximumSize: 100_000})
	if err != nil {
		return nil, fmt.Errorf("commands: token cache: %w", err)
	}
	return &Service{
		log: c.Log, keys: c.Keys, logger: c.Logger, now: c.Now, states: states, apps: apps, tokens: tokens,
		fingerprint: c.Fingerprint, typing: c.Typing, erased: c.Erased, cleared: c.Cleared,
		tail: tail{actors: map[actorKey]int64{}, applied: c.Applied},
	}, nil
}

// Outcome is what a command came to. Position is that of its last event, or
// of the log as the command saw it when there was nothing to do. ID is the
// drawn id of a new message. Repeated tells that an earlier request with the
// same once-scope did it.
type Outcome struct {
	Position int64
	ID       int64
	Stream   domain.StreamName
	Time     time.Time
	Changed  bool
	Repeated bool
}
