package commands

import (
	"context"
	"errors"
	"fmt"

	"parley/domain"
	"parley/internal/eventstore"
)

// confirmation is what decisions that append nothing are held against: the
// head of the log after the request came, and the streams read on since.
type confirmation struct {
	head    eventstore.Position
	streams map[string]bool
}

// confirm makes up for the guards of a decision that appends nothing: what the
// log held when the request came, on whichever node it was written, counts. It
// reports whether states had to be read on for that and the rule must be asked
// again.
func (s *Service) confirm(ctx context.Context, d *decision, c *confirmation, refusal error) (again bool, err error) {
	var r *domain.Error
	if refusal != nil && !errors.As(refusal, &r) {
		return false, nil
	}
	if c.streams == nil {
		head, err := s.log.Head(ctx)
		if err != nil {
			return false, fmt.Errorf("read the head of the log: %w", err)
		}
		c.head, c.streams = head, map[string]bool{}
	}
	if d.at >= c.head {
		return false, nil
	}
	for _, st := range d.held {
		if c.streams[st.stream] {
			continue
		}
		if err := s.refresh(ctx, st, true); err != nil {
			return false, err
		}
		c.streams[st.stream], again = true, true
	}
	return again, nil
}
