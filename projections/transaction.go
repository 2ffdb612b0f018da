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
	// Insert gathers new rows, which are there before the writes of Store run.
	Insert(Rows)
	// Store gathers writes, which run when the batch is committed.
	Store(*pgx.Batch)
}

// copied is how many rows of a table are copied. Fewer are inserted by a
// statement, which needs no exchange of its own.
const copied = 200

// transaction needs two exchanges with the database: the first begins it,
// moves the checkpoint and loads, the second stores and commits. Many new rows
// are copied in between.
type transaction struct {
	ctx    context.Context
	conn   *pgx.Conn
	begin  func(*pgx.Batch)
	begun  bool
	rows   []Rows
	writes pgx.Batch
}

// Load implements Tx.
func (t *transaction) Load(b *pgx.Batch) error { return t.send(b.QueuedQueries) }

// Insert implements Tx.
func (t *transaction) Insert(r Rows) { t.rows = append(t.rows, r) }

// Store implements Tx.
func (t *transaction) Store(b *pgx.Batch) {
	t.writes.QueuedQueries = append(t.writes.QueuedQueries, b.QueuedQueries...)
}

func (t *transaction) commit() error {
	b := &pgx.Batch{}
	for _, r := range t.rows {
		switch n := r.Len(); {
		case n >= copied:
			if err := t.copy(r); err != nil {
				return err
			}
		case n > 0:
			r.Queue(b)
		}
	}
	b.QueuedQueries = append(b.QueuedQueries, t.writes.QueuedQueries...)
	b.Queue("COMMIT")
	return t.send(b.QueuedQueries)
}

func (t *transaction) copy(r Rows) error {
	if err := t.start(); err != nil {
		return err
	}
	_, err := t.conn.PgConn().CopyFrom(t.ctx, r.reader(), r.copying())
	return err
}

// start begins the transaction in an exchange of its own.
func (t *transaction) start() error {
	if t.begun {
		return nil
	}
	return t.send(nil)
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
