package projections

import (
	"errors"

	"parley/internal/pgerr"
)

// permanent is an error that trying again cannot cure.
type permanent struct{ err error }

func (p permanent) Error() string { return p.err.Error() }
func (p permanent) Unwrap() error { return p.err }

// isPermanent tells an event that cannot be applied from a database that is
// away or busy.
func isPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p) || pgerr.Permanent(err)
}
