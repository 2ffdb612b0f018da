package memory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/internal/eventstore/memory"
	"parley/internal/eventstore/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLog(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Store {
		var clock atomic.Pointer[time.Time]
		now := func() time.Time {
			if at := clock.Load(); at != nil {
				return *at
			}
			return time.Now()
		}
		return storetest.Store{
			Log:      memory.NewWithClock(now),
			SetClock: func(at time.Time) { clock.Store(&at) },
		}
	}, storetest.Guards, storetest.CommitOrderIDs, storetest.GapFree, storetest.Clock)
}
