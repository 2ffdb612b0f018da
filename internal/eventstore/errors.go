package eventstore

import (
	"errors"
	"fmt"
)

var (
	// ErrGuard says that a guarded stream has moved on: fold its new events
	// and decide again.
	ErrGuard = errors.New("a guarded stream has moved on")
	// ErrUnavailable says that the log cannot be reached or does not accept
	// the operation now, and that nothing was appended.
	ErrUnavailable = errors.New("event log unavailable")
	// ErrBusy says that too many appends wait already. It is an ErrUnavailable.
	ErrBusy = fmt.Errorf("%w: too many appends are waiting", ErrUnavailable)
	// ErrAmbiguous says that the outcome of an append is unknown.
	ErrAmbiguous = errors.New("outcome of the append is unknown")
	// ErrTooLarge says that an append exceeds MaxEvents or MaxWriteBytes.
	ErrTooLarge = errors.New("append too large")
	// ErrInvalid says that a Write is malformed; the caller is at fault.
	ErrInvalid = errors.New("malformed append")
	// ErrClosed says that the log or the subscription was closed.
	ErrClosed = errors.New("event log closed")
)

// WrongRevision says that a stream was not at the expected revision.
type WrongRevision struct {
	Stream   string
	Expected Expected
	Current  Revision // None for a stream without events
}

func (e *WrongRevision) Error() string {
	return fmt.Sprintf("stream %s is at revision %d, expected %d", e.Stream, e.Current, e.Expected)
}
