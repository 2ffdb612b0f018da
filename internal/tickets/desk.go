package tickets

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/internal/auth"
)

// Prefix is what every ticket begins with.
const Prefix = "wst_"

// life is how long a ticket is good for (CH-802).
const life = 30 * time.Second

// sweepEvery is how often tickets that nobody used are thrown away.
const sweepEvery = time.Minute

// Desk gives tickets and takes them back, together with the desks of the other
// nodes on the database. Its clock is the database's.
type Desk struct {
	db    *pgxpool.Pool
	swept atomic.Int64 // when, in seconds since 1970
}

// New makes a Desk over a migrated database.
func New(db *pgxpool.Pool) *Desk { return &Desk{db: db} }

// Issue gives a ticket for what a verified token allows, and when it expires.
func (d *Desk) Issue(ctx context.Context, s auth.Session) (ticket string, expires time.Time, err error) {
	ticket = Prefix + rand.Text()
	err = d.db.QueryRow(ctx, `
		INSERT INTO tickets (ticket, app, holder, signer, mark, token_expires_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7)
		RETURNING expires_at`,
		hash(ticket), s.Actor.App, s.Actor.ID, s.Credential.Key, s.Credential.Mark[:], s.Expires, life).Scan(&expires)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("issue a ticket: %w", err)
	}
	d.sweep(ctx)
	return ticket, expires, nil
}

// Redeem takes a ticket, which is worth nothing from then on; false if there is
// no such ticket any more.
func (d *Desk) Redeem(ctx context.Context, ticket string) (s auth.Session, ok bool, err error) {
	if !strings.HasPrefix(ticket, Prefix) || len(ticket) > 64 {
		return s, false, nil
	}
	var mark []byte
	var good bool
	err = d.db.QueryRow(ctx, `
		DELETE FROM tickets
		WHERE ticket = $1
		RETURNING app, holder, signer, mark, token_expires_at, expires_at > clock_timestamp()`, hash(ticket)).
		Scan(&s.Actor.App, &s.Actor.ID, &s.Credential.Key, &mark, &s.Expires, &good)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return auth.Session{}, false, nil
	case err != nil:
		return auth.Session{}, false, fmt.Errorf("redeem a ticket: %w", err)
	case !good:
		return auth.Session{}, false, nil
	}
	copy(s.Credential.Mark[:], mark)
	s.Credential.App = s.Actor.App
	return auth.UserSession(s), true, nil
}

// Good reports whether a ticket would be taken.
func (d *Desk) Good(ctx context.Context, ticket string) (good bool, err error) {
	err = d.db.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM tickets
			WHERE ticket = $1 AND expires_at > clock_timestamp())`, hash(ticket)).Scan(&good)
	if err != nil {
		return false, fmt.Errorf("look for a ticket: %w", err)
	}
	return good, nil
}

// sweep throws away what has expired. It is no harm if that fails.
func (d *Desk) sweep(ctx context.Context) {
	now, swept := time.Now().Unix(), d.swept.Load()
	if now-swept < int64(sweepEvery/time.Second) || !d.swept.CompareAndSwap(swept, now) {
		return
	}
	_, _ = d.db.Exec(ctx, `
		DELETE FROM tickets
		WHERE expires_at < clock_timestamp()`)
}

func hash(ticket string) []byte {
	sum := sha256.Sum256([]byte(ticket))
	return sum[:]
}
