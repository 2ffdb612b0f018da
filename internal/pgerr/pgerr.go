// Package pgerr tells what an error of PostgreSQL means for whoever asked.
package pgerr

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

// Unavailable reports whether the database is away, starting, stopping, out
// of connections or space, or did not answer in time, or ended a transaction
// that stood still: trying again may help.
func Unavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return hasClass(pg.Code, "08", "53", "57", "58") || pg.Code == "25006" || pg.Code == "25P03"
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, puddle.ErrClosedPool) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) || isConnLost(err)
}

// Permanent reports whether the statement and its data can never work: data
// errors, violated constraints, statements that do not fit the tables.
func Permanent(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && hasClass(pg.Code, "22", "23", "42")
}

func hasClass(code string, classes ...string) bool {
	for _, c := range classes {
		if strings.HasPrefix(code, c) {
			return true
		}
	}
	return false
}

// isConnLost knows the texts under which pgx reports a connection that broke
// while a batch was under way.
func isConnLost(err error) bool {
	text := err.Error()
	return strings.Contains(text, "conn closed") || strings.Contains(text, "broken pipe") || strings.Contains(text, "connection reset")
}
