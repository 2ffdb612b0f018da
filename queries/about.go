package queries

import (
	"context"
	"fmt"
	"strings"

	"parley/domain"
)

// About tells what a read concerns, so that its answer can say which part of it
// stands still: some events could not be applied, and what follows them in
// the same channel, or of the same user, waits for a rebuild.
type About struct {
	Actor   domain.Actor
	Channel domain.ChannelID // 0 for what may be about all of them
	// Min is the position that the caller names itself, 0 for none.
	Min int64
	// Stale is told before the rows are read: projections with the positions
	// from which a part of them stands still.
	Stale func(marks string)
}

type aboutKey struct{}

// WithAbout lets the reads of a context know what they are about. It may be
// completed until they begin.
func WithAbout(ctx context.Context, a *About) context.Context {
	return context.WithValue(ctx, aboutKey{}, a)
}

// standstill marks the answer of a read that concerns something parked. One
// channel is not shown to somebody who has written there since: that would
// pretend.
func (s *Service) standstill(ctx context.Context, at Freshness, projections []string) error {
	about, ok := ctx.Value(aboutKey{}).(*About)
	if !ok {
		return nil
	}
	from := map[string]int64{}
	pretends := false
	s.waiter.Parked(projections, about.Actor.App, about.Channel, about.Actor, func(name string, position, missed int64) {
		if first, ok := from[name]; !ok || position < first {
			from[name] = position
		}
		pretends = pretends || about.Channel != 0 && (about.Min > position || missed > 0 && int64(at) >= missed)
	})
	var marks []string
	for _, name := range projections {
		if position, ok := from[name]; ok {
			marks = append(marks, fmt.Sprintf("%s@%d", name, position))
		}
	}
	if len(marks) == 0 {
		return nil
	}
	if about.Stale != nil {
		about.Stale(strings.Join(marks, ", "))
	}
	if pretends {
		return fmt.Errorf("%w: parked at %s", ErrBehind, strings.Join(marks, ", "))
	}
	return nil
}
