package keyring

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// durable starts a transaction whose commit is on disk when it returns,
// whatever the database's default.
var durable = pgx.TxOptions{BeginQuery: "BEGIN; SET LOCAL synchronous_commit = on"}

// roots holds the generations of the root key that the database uses.
type roots struct {
	db   *pgxpool.Pool
	file string
	log  *slog.Logger

	mu  sync.Mutex // one reload at a time
	set atomic.Pointer[rootSet]
}

// rootSet is immutable.
type rootSet struct {
	newest int // wraps new keys
	aeads  map[int]cipher.AEAD
}

// start compares file and database, and introduces them to each other when
// the database is new. The lock makes nodes that start together take turns;
// the file is on disk before the row that names its generation.
func (r *roots) start(ctx context.Context) error {
	return pgx.BeginTxFunc(ctx, r.db, durable, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE keyring_generations IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("lock generations: %w", err)
		}
		known, err := generations(ctx, tx)
		if err != nil {
			return err
		}
		if len(known) > 0 {
			return r.load(known)
		}
		keys, created, err := readOrCreateRootFile(r.file)
		if err != nil {
			return err
		}
		if created {
			r.log.Warn("root key file created; back it up apart from the log", "file", r.file)
		}
		newest := slices.Max(slices.Collect(maps.Keys(keys)))
		known[newest] = rootFingerprint(newest, keys[newest])
		_, err = tx.Exec(ctx, `
			INSERT INTO keyring_generations (generation, fingerprint)
			VALUES ($1, $2)`, newest, known[newest])
		if err != nil {
			return fmt.Errorf("register generation %d: %w", newest, err)
		}
		return r.load(known)
	})
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// generations reads the fingerprints by generation.
func generations(ctx context.Context, db querier) (map[int]string, error) {
	known := map[int]string{}
	rows, _ := db.Query(ctx, `SELECT generation, fingerprint FROM keyring_generations`)
	var g int
	var fingerprint string
	_, err := pgx.ForEachRow(rows, []any{&g, &fingerprint}, func() error {
		known[g] = fingerprint
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read generations: %w", err)
	}
	return known, nil
}

// reload reads database and file again, after a row named a generation that
// is not known here or a newer generation took over.
func (r *roots) reload(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, err := generations(ctx, r.db)
	if err != nil {
		return err
	}
	return r.load(known)
}

// load takes the known generations from the file. The file may hold more: a
// rotation writes it before the database.
func (r *roots) load(known map[int]string) error {
	keys, err := readRootFile(r.file)
	if errors.Is(err, fs.ErrNotExist) {
		return &RootKeyError{
			File: r.file, Reason: ErrRootKeyMissing,
			Remedy: "copy it from another node or from its backup; it cannot be made anew",
		}
	}
	if err != nil {
		return err
	}
	inFile := map[int]string{}
	for g, raw := range keys {
		inFile[g] = rootFingerprint(g, raw)
	}
	if err := CompareRoots(r.file, inFile, known); err != nil {
		return err
	}
	set := &rootSet{aeads: map[int]cipher.AEAD{}}
	for g := range known {
		if set.aeads[g], err = newAEAD(keys[g]); err != nil {
			return err
		}
		set.newest = max(set.newest, g)
	}
	r.set.Store(set)
	return nil
}

// aead returns the cipher of a generation, reading the file again when the
// generation is new.
func (r *roots) aead(ctx context.Context, generation int) (cipher.AEAD, error) {
	if a, ok := r.set.Load().aeads[generation]; ok {
		return a, nil
	}
	if err := r.reload(ctx); err != nil {
		return nil, err
	}
	if a, ok := r.set.Load().aeads[generation]; ok {
		return a, nil
	}
	return nil, fmt.Errorf("generation %d of the root key is not registered", generation)
}

// newAEAD is AES-256-GCM that draws its nonce and puts it before the
// ciphertext.
func newAEAD(raw []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
