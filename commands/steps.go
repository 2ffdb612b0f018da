package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/domain"
	"parley/internal/eventstore"
)

// step is a request and the rule that decides it, one of several that are
// carried out in order.
type step struct {
	request
	ask rule
}

// decided is a step whose rule has answered and that is not appended yet.
type decided struct {
	step
	d      *decision
	events []domain.Event
	at     time.Time
}

// carryOut carries out steps that write the stream of one channel or draw new
// ones, as if one after the other, in as few appends as that allows. It ends
// behind the first that failed, as distinct from refused: nothing overtakes
// what may be tried again. Answers are those of the steps up to there.
func (s *Service) carryOut(ctx context.Context, channel string, steps []step) []Imported {
	done := make([]Imported, 0, len(steps))
	for len(done) < len(steps) {
		rest := steps[len(done):]
		some := s.together(ctx, channel, rest)
		if len(some) == 0 {
			out, err := s.decide(ctx, rest[0].request, rest[0].ask)
			some = []Imported{{out, err}}
		}
		if done = append(done, some...); failed(done[len(done)-1].Err) {
			break
		}
	}
	return done
}

// failed tells what may be tried again from what is refused.
func failed(err error) bool {
	var r *domain.Error
	return err != nil && (!errors.As(err, &r) || r.Kind == domain.Unavailable || r.Kind == domain.Internal)
}

// together decides steps, each on top of what those before it have decided,
// until one has no events, and appends all of that at once. Each step is
// guarded as if it were alone, and the log appends none behind one that it
// does not append: what was decided on top of it counts for nothing. Answers
// are those of the steps that were settled this way, none when the first needs
// all that decide does.
func (s *Service) together(ctx context.Context, channel string, steps []step) []Imported {
	target := s.state(channel, zeroOf(channel))
	select {
	case target.turn <- struct{}{}:
		defer func() { <-target.turn }()
	case <-ctx.Done():
		return nil
	}
	all := s.decideAhead(ctx, target, steps)
	if len(all) == 0 || s.ensureKeys(ctx, all) != nil {
		return nil
	}
	writes := make([]eventstore.Write, len(all))
	for i := range all {
		p := &all[i]
		var err error
		if writes[i], p.at, err = s.write(ctx, p.request, p.events); err != nil {
			return nil
		}
		writes[i].Guards, writes[i].Expected = p.d.guards(p.stream)
	}
	results, err := s.log.AppendMany(ctx, writes)
	answers := make([]Imported, len(results), len(results)+1)
	for i, res := range results {
		answers[i].Outcome, answers[i].Err = s.done(ctx, all[i].request, writes[i], res, all[i].at)
	}
	if err != nil && !beaten(err) {
		answers = append(answers, Imported{Err: fmt.Errorf("append to %s: %w", channel, err)})
	}
	return answers
}

// beaten reports whether another writer was faster than a decision.
func beaten(err error) bool {
	var wrong *eventstore.WrongRevision
	return errors.Is(err, eventstore.ErrGuard) || errors.As(err, &wrong)
}

// decideAhead asks the rules of steps up to the first that has no events.
func (s *Service) decideAhead(ctx context.Context, target *state, steps []step) []decided {
	all := make([]decided, 0, len(steps))
	var ahead *state
	for _, st := range steps {
		d, events, err := s.askAhead(ctx, st.ask, ahead)
		if errors.Is(err, errNameSealed) && st.open(ctx) == nil {
			d, events, err = s.askAhead(ctx, st.ask, ahead)
		}
		if err != nil || len(events) == 0 {
			break
		}
		all = append(all, decided{step: st, d: d, events: events})
		if st.draw {
			continue
		}
		if ahead == nil {
			ahead = s.branch(target)
		}
		for _, e := range events {
			ahead.folded.Evolve(domain.Recorded{Event: e})
			ahead.last++
		}
	}
	return all
}

// branch is a state of a channel that goes on by itself. Had the channel moved
// on since the decision for which it is made, the log would refuse that one.
func (s *Service) branch(st *state) *state {
	s.folding.RLock()
	defer s.folding.RUnlock()
	return &state{
		stream: st.stream, folded: st.folded.(*domain.Channel).Clone(), last: st.last, at: st.at, current: true,
	}
}

// ensureKeys makes the keys that steps need in one go.
func (s *Service) ensureKeys(ctx context.Context, all []decided) error {
	needed := map[domain.Subject]bool{}
	for _, p := range all {
		if len(p.once) > 0 {
			subject, err := s.onceSubject(ctx, p.actor)
			if err != nil {
				return err
			}
			needed[subject] = true
		}
		for _, e := range p.events {
			for _, subject := range subjectsOf(e) {
				needed[subject] = true
			}
		}
	}
	subjects := make([]domain.Subject, 0, len(needed))
	for subject := range needed {
		subjects = append(subjects, subject)
	}
	return s.keys.Ensure(ctx, all[0].actor.App, subjects...)
}

// subjectsOf are those whose keys an event is sealed with.
func subjectsOf(e domain.Event) (subjects []domain.Subject) {
	sealing, ok := e.(domain.Sealing)
	if !ok {
		return nil
	}
	secrets, digest := sealing.Secrets()
	for _, secret := range secrets {
		if secret != nil {
			subjects = append(subjects, secret.Subject)
		}
	}
	if digest != nil {
		subjects = append(subjects, digest.Subject)
	}
	return subjects
}
