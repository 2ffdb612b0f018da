package projections_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/eventstore"
)

// chatter is a journal with messages, edits and reads of two users.
func chatter(t testing.TB, messages int) *journal {
	j := newJournal(t)
	j.channel(7, "ann", group("ann", "bob"))
	j.chat(messages)
	return j
}

func (j *journal) chat(messages int) {
	for range messages {
		res := j.append(eventstore.Write{Stream: domain.MessagePrefix(j.app, 7), Draw: true}, "ann", said("ann"))
		m := domain.MessageID(res.ID)
		switch res.ID % 3 {
		case 0:
			j.message(7, m, "ann", edited(res.ID+1, "ann", "bob"))
		case 1:
			j.message(7, m, "ann", domain.MessageDeleted{Version: res.ID + 1, By: "ann"})
		}
		j.read(7, "bob", m)
	}
}

var errAfterCommit = errors.New("the process died after the commit")

func TestABatchDeliveredTwiceIsAppliedOnce(t *testing.T) {
	var failures atomic.Int64
	tests := map[string]message.HandlerMiddleware{
		"twice in a row": func(h message.HandlerFunc) message.HandlerFunc {
			return func(m *message.Message) ([]*message.Message, error) {
				if _, err := h(m); err != nil {
					return nil, err
				}
				return h(m)
			}
		},
		"the handler fails after its commit": func(h message.HandlerFunc) message.HandlerFunc {
			return func(m *message.Message) ([]*message.Message, error) {
				if _, err := h(m); err != nil {
					return nil, err
				}
				if failures.Add(1)%7 != 0 { // outlasts the retries as well: a refused message
					return nil, errAfterCommit
				}
				return nil, nil
			}
		},
		"the context is lost on the way": func(h message.HandlerFunc) message.HandlerFunc {
			return func(m *message.Message) ([]*message.Message, error) {
				m.SetContext(context.WithoutCancel(context.Background()))
				return h(m)
			}
		},
	}
	for name, around := range tests {
		t.Run(name, func(t *testing.T) {
			pool := database(t)
			j := chatter(t, 12)
			c := config(j.log, pool)
			c.Limit = 5
			run := start(t, c, around)
			run.reach()
			run.stop()
			same(t, fresh(t, pool, j.log), liveDump(t, pool))
		})
	}
}

// TestARuntimeKilledBetweenCommitAndAckGoesOnBehindIt kills one runtime after
// another, each after its first commit.
func TestARuntimeKilledBetweenCommitAndAckGoesOnBehindIt(t *testing.T) {
	pool := database(t)
	j := chatter(t, 10)
	c := config(j.log, pool)
	c.Limit = 8
	for range 5 {
		killed := make(chan struct{})
		var once sync.Once
		run := start(t, c, func(h message.HandlerFunc) message.HandlerFunc {
			return func(m *message.Message) ([]*message.Message, error) {
				if _, err := h(m); err != nil {
					return nil, err
				}
				once.Do(func() { close(killed) })
				<-m.Context().Done() // never acked: the runtime ends first
				return nil, m.Context().Err()
			}
		})
		<-killed
		run.stop()
	}
	run := start(t, c)
	run.reach()
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

// muting dials connections that break when the answer to a commit is due.
type muting struct{ armed atomic.Int64 }

func (d *muting) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	return &mutedConn{conn, d}, err
}

type mutedConn struct {
	net.Conn
	*muting
}

// commitStatement is what pgx calls the statement COMMIT.
var commitStatement = func() []byte {
	sum := sha256.Sum256([]byte("COMMIT"))
	return []byte("stmtcache_" + hex.EncodeToString(sum[:24]))
}()

// Write lets a commit through, waits for its answer and swallows it.
func (c *mutedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if bytes.Contains(b, commitStatement) && c.armed.Add(-1) >= 0 {
		_, _ = c.Conn.Read(make([]byte, 1024))
		_ = c.Conn.Close()
	}
	return n, err
}

func TestALostAnswerToACommitIsNoSecondApplication(t *testing.T) {
	pool := database(t)
	d := &muting{}
	pc := pool.Config()
	pc.ConnConfig.DialFunc = d.dial
	muted, err := pgxpool.NewWithConfig(t.Context(), pc)
	require.NoError(t, err)
	defer muted.Close()
	j := chatter(t, 1)
	c := config(j.log, muted)
	c.Limit = 4
	run := start(t, c)
	run.reach()
	d.armed.Store(6)
	j.chat(8)
	run.reach()
	require.LessOrEqual(t, d.armed.Load(), int64(0), "commits were muted")
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}
