package commands

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"parley/domain"
)

// nameTimeout bounds the recording of a name once the request that brought it
// goes on without waiting.
const nameTimeout = 10 * time.Second

// NameFromToken records the display name of an actor's token if it differs
// from the last one (CH-024), at most once per token and node. It does not
// block; done is closed when it came to an end, and is nil when there was
// nothing to do. A failure is logged and does not fail the request.
func (s *Service) NameFromToken(ctx context.Context, a domain.Actor, token [32]byte) (done <-chan struct{}) {
	if a.Name == "" || a.User() == "" {
		return nil
	}
	if _, first := s.tokens.SetIfAbsent(token, struct{}{}); !first {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), nameTimeout)
	ended := make(chan struct{})
	s.working.Go(func() {
		defer close(ended)
		defer cancel()
		if err := s.rename(ctx, a); err != nil {
			s.tokens.Invalidate(token)
			s.logger.Warn("recording a display name", "app", a.App, "err", err)
		}
	})
	return ended
}

func (s *Service) rename(ctx context.Context, a domain.Actor) error {
	u := a.User()
	var subject domain.Subject
	var digest []byte
	_, _, err := s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		user := d.user(a.App, u)
		subject, digest = user.Subject(u), user.NameDigest()
		return nil, nil
	})
	if err != nil {
		return err
	}
	same := false
	if digest != nil {
		sum, err := s.keys.MAC(ctx, a.App, subject, purposeDigest, domain.NameContent(a.Name))
		if err != nil {
			return fmt.Errorf("digest of a name: %w", err)
		}
		same = bytes.Equal(sum, digest)
	}
	_, err = s.decide(ctx, request{actor: a, stream: domain.UserStream(a.App, u)}, func(d *decision) ([]domain.Event, error) {
		user := d.user(a.App, u)
		return user.Rename(u, a.Name, a.NameIssued, same && bytes.Equal(user.NameDigest(), digest)), nil
	})
	return err
}

// BlockUser asks that the actor block a user, or stop blocking.
type BlockUser struct {
	By      domain.Actor
	User    domain.UserID
	Blocked bool
}

// BlockUser blocks or unblocks (CH-900, CH-902); idempotent.
func (s *Service) BlockUser(ctx context.Context, c BlockUser) (Outcome, error) {
	me := c.By.User()
	switch {
	case me == "":
		return Outcome{}, domain.ErrForbidden
	case !c.User.Valid():
		return Outcome{}, domain.ErrInvalidRequest.Because("not a user id")
	}
	return s.decide(ctx, request{actor: c.By, stream: domain.UserStream(c.By.App, me)}, func(d *decision) ([]domain.Event, error) {
		user := d.user(c.By.App, me)
		if !c.Blocked {
			return user.Unblock(c.User), nil
		}
		return user.Block(me, c.User)
	})
}
