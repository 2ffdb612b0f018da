package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/domain"
	"parley/internal/eventstore"
)

// request is what one run of the write path is about: one actor's wish to
// change one stream.
type request struct {
	actor domain.Actor
	// stream is the target; with draw it is the prefix of a new one.
	stream string
	draw   bool
	// alone says that nothing that others append to the stream can change the
	// answer: no turn is waited for, and no revision expected.
	alone bool
	// at, when set, is the time of the events; else the node's clock.
	at time.Time
	// once is the idempotency scope, fields the accepted fields of the
	// request that its repeats must share, once the rule has decided.
	once   []string
	fields []byte
	// causes is the refusal, besides conflicts and what is not found any more,
	// that the request's own first run brings about for its repeats.
	causes error
	// open does the reading that a rule has asked for with errNameSealed.
	open func(context.Context) error
}

// decide is the only write path: fold what the rule asks for, ask it, seal
// and append its answer guarded by what it saw; when another writer was
// faster, fold on and ask again until the context ends.
func (s *Service) decide(ctx context.Context, q request, ask rule) (Outcome, error) {
	if !q.draw && !q.alone {
		st := s.state(q.stream, zeroOf(q.stream))
		if err := st.take(ctx); err != nil {
			return Outcome{}, err
		}
		defer func() { <-st.turn }()
	}
	var c confirmation
	for {
		d, events, err := s.ask(ctx, ask)
		switch {
		case d == nil:
			return Outcome{}, err
		case errors.Is(err, errNameSealed):
			if err := q.open(ctx); err != nil {
				return Outcome{}, err
			}
			continue
		case err != nil || len(events) == 0:
			again, failure := s.confirm(ctx, d, &c, err)
			switch {
			case failure != nil:
				return Outcome{}, failure
			case again:
				continue
			case err != nil:
				return s.refused(ctx, q, err)
			}
			if out, repeated, err := s.findOnce(ctx, q); repeated || err != nil {
				return out, err
			}
			return Outcome{Position: int64(max(d.at, d.seen))}, nil
		}
		w, at, err := s.write(ctx, q, events)
		if err != nil {
			return Outcome{}, err
		}
		w.Guards, w.Expected = d.guards(q.stream)
		if q.alone {
			w.Expected = eventstore.Any
		}
		res, err := s.log.Append(ctx, w)
		var wrong *eventstore.WrongRevision
		switch {
		case err == nil:
			return s.done(ctx, q, w, res, at)
		case errors.Is(err, eventstore.ErrGuard), errors.As(err, &wrong):
			if err := s.catchUp(ctx, d.held); err != nil {
				return Outcome{}, err
			}
			if ctx.Err() != nil {
				return Outcome{}, fmt.Errorf("append to %s: %w", q.stream, ctx.Err())
			}
		default:
			return Outcome{}, fmt.Errorf("append to %s: %w", q.stream, err)
		}
	}
}

// ask puts the question to the rule while the states it reads stand still. A
// nil decision means that a state could not be loaded.
func (s *Service) ask(ctx context.Context, r rule) (*decision, []domain.Event, error) {
	return s.askAhead(ctx, r, nil)
}

// askAhead asks with a state of its own for one stream, nil for none.
func (s *Service) askAhead(ctx context.Context, r rule, ahead *state) (*decision, []domain.Event, error) {
	for {
		d := &decision{s: s, at: eventstore.Position(s.tail.position.Load()), ahead: ahead}
		events, err := d.put(r)
		if len(d.missing) == 0 {
			return d, events, err
		}
		for _, st := range d.missing {
			if err := s.refresh(ctx, st, false); err != nil {
				return nil, nil, err
			}
		}
	}
}

// catchUp reads on every state of a decision that another writer has beaten.
func (s *Service) catchUp(ctx context.Context, held []*state) error {
	for _, st := range held {
		if err := s.refresh(ctx, st, true); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) done(ctx context.Context, q request, w eventstore.Write, res eventstore.Result, at time.Time) (Outcome, error) {
	if res.Repeated && w.Once {
		return s.repeated(ctx, q, res)
	}
	s.tail.note(keyOf(q.actor), int64(res.Position))
	s.fold(w, res)
	for i := range w.Events {
		s.endTyping(appended(w, res, i))
	}
	name, err := domain.ParseStream(res.Stream)
	return Outcome{Position: int64(res.Position), ID: res.ID, Stream: name, Time: at, Changed: true}, err
}

// fold lets a folded state learn what was appended to its stream.
func (s *Service) fold(w eventstore.Write, res eventstore.Result) {
	st, known := s.cache(res.Stream).GetIfPresent(res.Stream)
	if !known {
		return
	}
	for i := range w.Events {
		s.learn(st, appended(w, res, i))
	}
}

// appended is the i-th event of a write as the log holds it.
func appended(w eventstore.Write, res eventstore.Result, i int) eventstore.Recorded {
	back := len(w.Events) - 1 - i
	return eventstore.Recorded{
		NewEvent: w.Events[i], Stream: res.Stream, At: res.At,
		Revision: res.Revision - eventstore.Revision(back), Position: res.Position - eventstore.Position(back),
	}
}

// zeroOf makes the state of a stream before its first event.
func zeroOf(stream string) func() domain.State {
	return func() domain.State {
		category, _, _ := strings.Cut(stream, "-")
		switch category {
		case "user":
			return domain.NewUser()
		case "channel":
			return domain.NewChannel()
		case "message":
			return domain.NewMessage()
		case "reads":
			return domain.NewReadCursor()
		}
		return domain.NewApp()
	}
}
