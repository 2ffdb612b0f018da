package keyring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/domain"
)

// Config says where the root key is.
type Config struct {
	// RootKeyFile is the path of the root key file. The first start with
	// a database creates it if it does not exist; no start changes it.
	RootKeyFile string
	// Logger defaults to slog.Default. No secret is ever logged.
	Logger *slog.Logger
	// CacheSize is how many unwrapped keys stay in memory: 100,000 when zero.
	CacheSize int
}

// Validate reports all faults of the configuration.
func (c Config) Validate() error {
	var errs []error
	if c.RootKeyFile == "" {
		errs = append(errs, errors.New("root key file is not set"))
	}
	if c.CacheSize < 0 {
		errs = append(errs, errors.New("key cache size is negative"))
	}
	return errors.Join(errs...)
}

// Ring seals and opens with the keys of all apps. It is safe for concurrent
// use.
type Ring struct {
	db       *pgxpool.Pool
	roots    *roots
	cache    *cache
	inserter *inserter
}

// Open compares the root key file with the generations in the database and
// returns the ring over them. With a database that has none it creates the
// file if need be and registers its newest generation. The returned error is
// a RootKeyError when the file is not the one that the database needs. The
// caller closes the ring before the pool.
func Open(ctx context.Context, pool *pgxpool.Pool, cfg Config) (*Ring, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.CacheSize == 0 {
		cfg.CacheSize = 100_000
	}
	cache, err := newCache(cfg.CacheSize)
	if err != nil {
		return nil, fmt.Errorf("keyring: cache: %w", err)
	}
	roots := &roots{db: pool, file: cfg.RootKeyFile, log: cfg.Logger}
	if err := roots.start(ctx); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	r := &Ring{db: pool, roots: roots, cache: cache}
	r.inserter = newInserter(r.makeKeys)
	return r, nil
}

// Close stops the making of keys and waits for it. Callers that wait for a
// key get ErrClosed or the error of their interrupted statement.
func (r *Ring) Close() { r.inserter.close() }

// Forget drops all versions of a subject's key from memory, and keys on their
// way from the database are not kept either. It is called after the rows are
// gone: a key read from a row that still stands would be kept again.
func (r *Ring) Forget(app domain.AppID, s domain.Subject) {
	r.cache.forget(string(app), string(s.Kind), s.ID)
}

// Ensure makes the missing keys of several subjects of an app in one go, so
// that sealing for them needs no further statement.
func (r *Ring) Ensure(ctx context.Context, app domain.AppID, subjects ...domain.Subject) error {
	slots := make([]slot, len(subjects))
	for i, s := range subjects {
		var err error
		if slots[i], err = subjectSlot(app, s); err != nil {
			return err
		}
	}
	return r.ensure(ctx, slots)
}

func (r *Ring) ensure(ctx context.Context, slots []slot) error {
	var missing []slot
	for _, s := range slots {
		if _, ok := r.cache.get(s); !ok {
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	calls, err := r.inserter.join(missing)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if _, err := c.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// need returns a key, made if it does not exist.
func (r *Ring) need(ctx context.Context, s slot) (*key, error) {
	if k, ok := r.cache.get(s); ok {
		return k, nil
	}
	calls, err := r.inserter.join([]slot{s})
	if err != nil {
		return nil, err
	}
	return calls[0].wait(ctx)
}

// existing returns a key that must have been made before; ok is false when it
// does not exist, which is never remembered: another node may just make it.
func (r *Ring) existing(ctx context.Context, s slot) (k *key, ok bool, err error) {
	if k, ok := r.cache.get(s); ok {
		return k, true, nil
	}
	got, err := r.read(ctx, []slot{s})
	if err != nil {
		return nil, false, err
	}
	f, ok := got[s]
	return f.key, ok, f.err
}
