package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// session makes the writer's connection durable and its plans independent of
// how large the tables were when they were planned.
const session = `
SET synchronous_commit = on;
SET statement_timeout = '10s';
SET idle_in_transaction_session_timeout = '10s';
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET jit = off;`

// appendSQL inserts a batch. The update of the head is the fence: unless the
// log ends at $2 in epoch $3 nothing happens. With preconditions the same holds
// if an event has one of the ids $6, or one of the streams $7 has the revision
// beside it in $8. With streams it adds rows to es_streams as well.
func appendSQL(preconditions, streams bool) string {
	var b strings.Builder
	b.WriteString(`
		WITH head AS (
			UPDATE es_head
			SET position = position + $1::int8, last_id = $4::int8, last_recorded_at = $5::timestamptz
			WHERE id = 1 AND position = $2::int8 AND epoch = $3::int8`)
	next := 6
	if preconditions {
		b.WriteString(`
			AND NOT EXISTS (SELECT FROM es_events e WHERE e.event_id = ANY ($6::uuid[]))
			AND NOT EXISTS (
				SELECT
				FROM unnest($7::uuid[], $8::int4[]) AS g (stream_key, revision)
				JOIN es_events e USING (stream_key, revision))`)
		next += 3
	}
	b.WriteString(`
			RETURNING position)`)
	if streams {
		fmt.Fprintf(&b, `,
		streams AS (
			INSERT INTO es_streams (stream_no, stream_key, prefix, name)
			SELECT u.*
			FROM head, unnest($%d::int4[], $%d::uuid[], $%d::bool[], $%d::text[]) AS u)`,
			next, next+1, next+2, next+3)
		next += 4
	}
	fmt.Fprintf(&b, `
		INSERT INTO es_events (position, stream_key, revision, stream_no, recorded_at,
			event_id, type_no, rest, data, meta)
		SELECT $2::int8 + u.n, u.stream_key, u.revision, u.stream_no, $5::timestamptz,
			u.event_id, u.type_no, u.rest, u.data, u.meta
		FROM head, unnest($%d::uuid[], $%d::int4[], $%d::int4[], $%d::uuid[], $%d::int2[], $%d::int2[],
			$%d::bytea[], $%d::bytea[])
			WITH ORDINALITY AS u (stream_key, revision, stream_no, event_id, type_no, rest, data, meta, n)`,
		next, next+1, next+2, next+3, next+4, next+5, next+6, next+7)
	return b.String()
}

// Names of the prepared statements.
const (
	stmtIDs   = "parley_ids"
	stmtHeads = "parley_heads"
	stmtRows  = "parley_rows"
)

// stmtAppend names the variant of appendSQL.
func stmtAppend(preconditions, streams bool) string {
	return fmt.Sprintf("parley_append_%t_%t", preconditions, streams)
}

// statements are all statements that the writer prepares.
func statements() map[string]string {
	all := map[string]string{
		stmtIDs: `SELECT ` + eventColumns + `
			FROM es_events e
			WHERE e.event_id = ANY ($1::uuid[])`,
		stmtHeads: `
			SELECT k.stream_key, e.revision, e.stream_no
			FROM unnest($1::uuid[]) AS k (stream_key)
			CROSS JOIN LATERAL (
				SELECT revision, stream_no
				FROM es_events
				WHERE stream_key = k.stream_key
				ORDER BY revision DESC
				LIMIT 1) AS e`,
		stmtRows: `
			SELECT stream_key, stream_no
			FROM es_streams
			WHERE stream_key = ANY ($1::uuid[])`,
	}
	for _, preconditions := range []bool{false, true} {
		for _, streams := range []bool{false, true} {
			all[stmtAppend(preconditions, streams)] = appendSQL(preconditions, streams)
		}
	}
	return all
}

func prepareAll(ctx context.Context, conn *pgx.Conn) error {
	for name, sql := range statements() {
		if _, err := conn.PgConn().Prepare(ctx, name, sql, nil); err != nil {
			return fmt.Errorf("prepare %s: %w", name, err)
		}
	}
	return nil
}
