package commands

import (
	"context"
	"time"

	"parley/domain"
)

// AdvanceRead asks for the actor's read cursor in a channel to move to a
// message.
type AdvanceRead struct {
	By      domain.Actor
	Channel domain.ChannelID
	Message domain.MessageID
	At      time.Time // of the event; zero: now
	Once    []string
	Input   error // what was wrong with the body
}

// AdvanceRead moves the cursor forward, or changes nothing (CH-600 to CH-603).
// The message guards it, so it cannot name one that the log does not hold.
func (s *Service) AdvanceRead(ctx context.Context, c AdvanceRead) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	q := request{actor: c.By, stream: domain.ReadsStream(c.By.App, c.Channel, c.By.User()), at: c.At, once: c.Once}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		if err := d.takesPart(c.By, c.Channel); err != nil {
			return nil, err
		}
		if c.Input != nil {
			return nil, c.Input
		}
		if !d.message(c.By.App, c.Channel, c.Message).Exists() {
			return nil, domain.ErrMessageNotFound
		}
		cursor := d.read(q.stream, func() domain.State { return domain.NewReadCursor() }).(*domain.ReadCursor)
		return cursor.Advance(c.Message), nil
	})
}
