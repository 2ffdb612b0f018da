package projections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/pgerr"
)

// permanent is an error that trying again cannot cure. Its text holds nothing
// of an event's content.
type permanent struct{ err error }

func (p permanent) Error() string { return p.err.Error() }
func (p permanent) Unwrap() error { return p.err }

// isPermanent tells what cannot be applied from a database that is away or
// busy.
func isPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p) || pgerr.Permanent(err)
}

// isPoison reports whether the fault may be that of one event. Statements that
// do not fit the tables are nobody's poison: they would park everything.
func isPoison(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pgerr.Permanent(err) && !strings.HasPrefix(pg.Code, "42")
	}
	return isPermanent(err)
}

// apply writes the items and moves the checkpoint. If they cannot be written it
// halves them until the poisoned event is found, and parks its partition there.
// Every half is written before the next is tried, so what fails only together
// is written apart.
func (t *tables) apply(ctx context.Context, items []item, to int64) error {
	err := t.write(ctx, items, to)
	if !isPoison(err) {
		return err
	}
	if len(items) < 2 {
		if len(items) == 0 || items[0].err != nil {
			return err // not even the note can be written
		}
		items[0].err = err
		return t.write(ctx, items, to)
	}
	first, second := items[:len(items)/2], items[len(items)/2:]
	if err := t.apply(ctx, first, first[len(first)-1].position()); err != nil {
		return err
	}
	return t.apply(ctx, second, to)
}

// explain says why an event was not applied, without anything that it holds:
// errors of decoders and of the database quote values.
func explain(err error) string {
	var pg *pgconn.PgError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var ours permanent
	switch {
	case errors.As(err, &pg) && pg.ConstraintName != "":
		return fmt.Sprintf("constraint %s of table %s (SQLSTATE %s)", pg.ConstraintName, pg.TableName, pg.Code)
	case errors.As(err, &pg):
		return fmt.Sprintf("the database refuses a value (SQLSTATE %s)", pg.Code)
	case errors.As(err, &syntax):
		return fmt.Sprintf("its data is no JSON at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("its data has a wrong type at %s, want %s", kind.Field, kind.Type)
	case errors.As(err, &ours):
		return ours.Error()
	}
	return fmt.Sprintf("its data cannot be decoded (%T)", err)
}

// panicked describes a panic by its place; the value may quote anything.
func panicked(v any) error {
	what := fmt.Sprintf("%T", v)
	if err, ok := v.(runtime.Error); ok {
		what = err.Error()
	}
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			return permanent{fmt.Errorf("panic (%s) at %s:%d", what, filepath.Base(f.File), f.Line)}
		}
		if !more {
			return permanent{fmt.Errorf("panic (%s)", what)}
		}
	}
}

// knows reports whether this code can read an event of the version.
func knows(r eventstore.Recorded) error {
	if newest, ok := eventTypes[r.Type]; ok && (r.V < 1 || r.V > newest) {
		return permanent{fmt.Errorf("version %d is not known, the newest is %d", r.V, newest)}
	}
	return nil
}

var eventTypes = domain.EventTypes()
