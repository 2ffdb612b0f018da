package crashtest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// options say how much is killed, how often and how the dice fall.
type options struct {
	server, postgres, both int // rounds
	seed                   uint64
	pace                   time.Duration // mean pause of a client between two messages
}

func readOptions(t *testing.T) options {
	t.Helper()
	o := options{server: 20, postgres: 10, both: 2, seed: rand.Uint64(), pace: 25 * time.Millisecond}
	if testing.Short() {
		o.server, o.postgres, o.both = 3, 2, 1
	}
	if text := os.Getenv("PARLEY_KILL_ROUNDS"); text != "" {
		if err := o.readRounds(text); err != nil {
			t.Fatalf("PARLEY_KILL_ROUNDS: %v", err)
		}
	}
	var err error
	if text := os.Getenv("PARLEY_KILL_SEED"); text != "" {
		if o.seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("PARLEY_KILL_SEED: %v", err)
		}
	}
	if text := os.Getenv("PARLEY_KILL_PACE"); text != "" {
		if o.pace, err = time.ParseDuration(text); err != nil {
			t.Fatalf("PARLEY_KILL_PACE: %v", err)
		}
	}
	return o
}

// readRounds reads up to three numbers; what is left out is not killed.
func (o *options) readRounds(text string) error {
	o.server, o.postgres, o.both = 0, 0, 0
	rounds := []*int{&o.server, &o.postgres, &o.both}
	fields := strings.Split(text, ",")
	if len(fields) > len(rounds) {
		return fmt.Errorf("want at most %d numbers, got %q", len(rounds), text)
	}
	for i, field := range fields {
		n, err := strconv.ParseUint(strings.TrimSpace(field), 10, 16)
		if err != nil {
			return err
		}
		*rounds[i] = int(n)
	}
	return nil
}

func (o options) kills() int { return o.server + o.postgres + o.both }

// dice are those of one goroutine: clients count from 1, the killer is 0.
func (o options) dice(of int) *rand.Rand { return rand.New(rand.NewPCG(o.seed, uint64(of))) }

// between is a random time in a range.
func between(r *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(r.Int64N(int64(high-low)+1))
}
