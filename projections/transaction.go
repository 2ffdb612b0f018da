package projections

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Tx is the transaction in which a projection applies a batch.
type Tx interface {
	// Load runs reads now.
	Load(*pgx.Batch) error
	// Store gathers writes, which run when the batch is committed.
	Store(*pgx.Batch)
}

// transaction needs two exchanges with the database: the first begins it,
// moves the checkpoint and loads, the second stores and commits.
type transaction struct {
	ctx    context.Context
	conn   *pgx.Conn
	begin  func(*pgx.Batch)
	begun  bool
	writes pgx.Batch
}

// Load implements Tx.
func (t *transaction) Load(b *pgx.Batch) error { return t.send(b.QueuedQueries) }

// Store implements Tx.
func (t *transaction) Store(b *pgx.Batch) {
	t.writes.QueuedQueries = append(t.writes.QueuedQueries, b.QueuedQueries...)
}

func (t *transaction) commit() error {
	t.writes.Queue("COMMIT")
	return t.send(t.writes.QueuedQueries)
}

func (t *transaction) send(queries []*pgx.QueuedQuery) error {
	b := &pgx.Batch{}
	if !t.begun {
		t.begun = true
		b.Queue("BEGIN")
		t.begin(b)
	}
	b.QueuedQueries = append(b.QueuedQueries, queries...)
	return t.conn.SendBatch(t.ctx, b).Close()
}

// rollback ends a transaction that failed. A connection that cannot do it is
// of no more use.
func (t *transaction) rollback() {
	if !t.begun || t.conn.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), time.Second)
	defer cancel()
	if _, err := t.conn.Exec(ctx, "ROLLBACK"); err != nil {
		t.conn.Close(ctx)
	}
}
