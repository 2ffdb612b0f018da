package storetest

import (
	"slices"
	"testing"
	"time"

	"parley/internal/eventstore"
)

// Capability is something that not every log, or not every set-up, can do. A
// case that needs it is skipped without it.
type Capability string

// Capabilities that Run knows.
const (
	Guards           Capability = "guards"
	CommitOrderIDs   Capability = "ids drawn in commit order"
	GapFree          Capability = "positions 1, 2, 3"
	Clock            Capability = "a clock of the test's"
	Restart          Capability = "closing and opening again"
	SeveralProcesses Capability = "several appending processes"
	Disconnects      Capability = "lost connections"
	Outages          Capability = "a database that goes away"
	Epochs           Capability = "a log that is restored"
)

// Store is a fresh, empty log and what a case may do to it. A hook may be nil
// when its capability is not claimed.
type Store struct {
	Log eventstore.Log
	// SetClock sets the time for Log (Clock).
	SetClock func(time.Time)
	// Reopen closes Log and opens it again (Restart).
	Reopen func(t *testing.T) eventstore.Log
	// Other opens the log once more, as another process (SeveralProcesses).
	Other func(t *testing.T) eventstore.Log
	// Disconnect cuts the connections of all writers (Disconnects).
	Disconnect func(t *testing.T)
	// Away makes the database unreachable until back is called (Outages).
	Away func(t *testing.T) (back func())
	// Rewind restores the log as it was at a position (Epochs).
	Rewind func(t *testing.T, to eventstore.Position)
}

// contract is one named promise.
type contract struct {
	name  string
	needs []Capability
	check func(t *testing.T, s Store)
}

// Run checks the contract on logs made by open, one for each case.
func Run(t *testing.T, open func(t *testing.T) Store, caps ...Capability) {
	for _, c := range contracts() {
		t.Run(c.name, func(t *testing.T) {
			for _, need := range c.needs {
				if !slices.Contains(caps, need) {
					t.Skipf("this log has no %s", need)
				}
			}
			c.check(t, open(t))
		})
	}
}

func contracts() []contract {
	return slices.Concat(appendContracts, manyContracts, refusalContracts, repeatContracts, readContracts,
		subscribeContracts, drawContracts, guardContracts, processContracts, faultContracts)
}
