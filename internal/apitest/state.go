package apitest

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/jackc/pgx/v5"
)

// State is what a request may change: the head of the log and the number of
// rows of every table.
func (s *Server) State(t testing.TB) map[string]int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	s.Commands.Wait()
	head, err := s.Log.Head(ctx)
	if err != nil {
		t.Fatalf("head of the log: %v", err)
	}
	s.Settle(t)
	state := map[string]int64{"head": int64(head)}
	rows, err := s.Pool.Query(ctx, `
		SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatalf("list tables: %v", err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("list tables: %v", err)
	}
	for _, table := range tables {
		var n int64
		if err := s.Pool.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatalf("count %s: %v", table, err)
		}
		state[table] = n
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

func difference(before, after map[string]int64) string {
	text := ""
	for k, n := range after {
		if before[k] != n {
			text += fmt.Sprintf("%s %d -> %d; ", k, before[k], n)
		}
	}
	return text
}
