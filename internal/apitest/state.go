package apitest

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/jackc/pgx/v5"
)

// State is what a request may change: every table, log and read models
// alike, as the number and the hash of its rows. Nodes and leases change by
// themselves.
func (s *Server) State(t testing.TB) map[string]string {
	t.Helper()
	return s.state(t, `
		SELECT format('%I.%I', schemaname, tablename), 'true' FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename NOT IN ('nodes', 'leases') AND $1 = ''`, "")
}

// State is what requests may change of an app: its events, and its rows in
// every table that has apps.
func (a *App) State(t testing.TB) map[string]string {
	t.Helper()
	return a.s.state(t, `
		SELECT format('%I.%I', table_schema, table_name), format('app = %L', $1::text) FROM information_schema.columns
		WHERE column_name = 'app' AND table_schema NOT IN ('pg_catalog', 'information_schema', 'rm')
		UNION ALL
		SELECT 'es_events_json', format('meta ->> ''app'' = %L', $1::text)`, string(a.ID))
}

// state hashes tables; the query names each, and which of its rows count.
func (s *Server) state(t testing.TB, query, app string) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	s.Commands.Wait()
	s.Settle(t)
	state := map[string]string{}
	rows, err := s.Pool.Query(ctx, query, app)
	if err != nil {
		t.Fatalf("list tables: %v", err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Name, Rows string }])
	if err != nil {
		t.Fatalf("list tables: %v", err)
	}
	for _, table := range tables {
		var hash string
		if err := s.Pool.QueryRow(ctx, `
			SELECT count(*) || ' rows, ' || md5(coalesce(string_agg(h, '' ORDER BY h), ''))
			FROM (SELECT md5(t::text) AS h FROM `+table.Name+` t WHERE `+table.Rows+`) AS hashes`).Scan(&hash); err != nil {
			t.Fatalf("hash %s: %v", table.Name, err)
		}
		state[table.Name] = hash
	}
	return state
}

// Settle waits until every projection has reached the head of the log.
func (s *Server) Settle(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := s.settle(ctx); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) settle(ctx context.Context) error {
	head, err := s.Log.Head(ctx)
	if err != nil {
		return fmt.Errorf("head of the log: %w", err)
	}
	var names []string
	for _, p := range s.Projections.Status() {
		names = append(names, p.Name)
	}
	if _, err := s.Projections.Wait(ctx, names, int64(head)); err != nil {
		return fmt.Errorf("projections: %w", err)
	}
	return nil
}

// Unchanged demands that what f does leaves the state as it was.
func (s *Server) Unchanged(t testing.TB, f func()) {
	t.Helper()
	before := s.State(t)
	f()
	if after := s.State(t); !maps.Equal(before, after) {
		t.Errorf("the state changed: %s", difference(before, after))
	}
}

func difference(before, after map[string]string) string {
	text := ""
	for k, hash := range after {
		if before[k] != hash {
			text += fmt.Sprintf("%s %s -> %s; ", k, before[k], hash)
		}
	}
	return text
}
