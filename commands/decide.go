package commands

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

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
	keep   bool // fold the events of a drawn stream, for decisions to come
	// at, when set, is the time of the events; else the node's clock.
	at time.Time
	// once is the idempotency scope, fields the accepted fields of the
	// request that its repeats must share, once the rule has decided.
	once   []string
	fields []byte
	// causes is the refusal, besides conflicts and what is not found any more,
	// that the request's own first run brings about for its repeats.
	causes error
}

// decision is one attempt: the states that the rule has looked at, each of
// which becomes a guard, and those that had to be read from the log first.
type decision struct {
	s       *Service
	at      eventstore.Position
	held    []*state
	missing []*state
	// revisions are those of held when the rule had decided, seen is the
	// position of the newest event that the rule looked at.
	revisions []eventstore.Revision
	seen      eventstore.Position
}

// read gives the folded state of a stream. One that is not current makes the
// attempt void: it is loaded and the rule is asked again.
func (d *decision) read(stream string, zero func() domain.State) domain.State {
	for _, st := range d.held {
		if st.stream == stream {
			return st.folded
		}
	}
	st := d.s.state(stream, zero)
	if !st.current {
		d.missing = append(d.missing, st)
		return zero()
	}
	d.held = append(d.held, st)
	return st.folded
}

func (d *decision) user(app domain.AppID, u domain.UserID) *domain.User {
	return d.read(domain.UserStream(app, u), func() domain.State { return domain.NewUser() }).(*domain.User)
}

func (d *decision) channel(app domain.AppID, c domain.ChannelID) *domain.Channel {
	return d.read(domain.ChannelStream(app, c), func() domain.State { return domain.NewChannel() }).(*domain.Channel)
}

// message is the message with an id of a channel; 0 is the id of none.
func (d *decision) message(app domain.AppID, c domain.ChannelID, m domain.MessageID) *domain.Message {
	if m <= 0 {
		return domain.NewMessage()
	}
	return d.read(domain.MessageStream(app, c, m), func() domain.State { return domain.NewMessage() }).(*domain.Message)
}

// sent reports whether a message is or was in a channel. Nothing undoes a
// sending, so a state that is not current may tell it, and needs no guard.
func (d *decision) sent(app domain.AppID, c domain.ChannelID, m domain.MessageID) bool {
	if st, ok := d.s.states.GetIfPresent(domain.MessageStream(app, c, m)); ok {
		if known, ok := st.folded.(*domain.Message); ok && known.Exists() {
			return true
		}
	}
	return d.message(app, c, m).Exists()
}

func (d *decision) app(app domain.AppID) *domain.App {
	return d.read(domain.AppStream(app), func() domain.State { return domain.NewApp() }).(*domain.App)
}

// rule looks at states through the decision and refuses or answers events.
type rule func(*decision) ([]domain.Event, error)

// decide is the only write path: fold what the rule asks for, ask it, seal
// and append its answer guarded by what it saw; when another writer was
// faster, fold on and ask again until the context ends.
func (s *Service) decide(ctx context.Context, q request, ask rule) (Outcome, error) {
	if !q.draw {
		st := s.state(q.stream, zeroOf(q.stream))
		select {
		case st.turn <- struct{}{}:
			defer func() { <-st.turn }()
		case <-ctx.Done():
			return Outcome{}, fmt.Errorf("wait for %s: %w", q.stream, ctx.Err())
		}
	}
	var c confirmation
	for {
		d, events, err := s.ask(ctx, ask)
		switch {
		case d == nil:
			return Outcome{}, err
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
	for {
		d := &decision{s: s, at: eventstore.Position(s.tail.position.Load())}
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

// put asks the rule once. Whatever the rule does, the states move again.
func (d *decision) put(r rule) ([]domain.Event, error) {
	d.s.folding.RLock()
	defer d.s.folding.RUnlock()
	events, err := r(d)
	for _, st := range d.held {
		d.revisions = append(d.revisions, st.last)
		d.seen = max(d.seen, st.at)
	}
	return events, err
}

// guards are the states looked at, and what is expected of the target.
func (d *decision) guards(target string) ([]eventstore.Guard, eventstore.Expected) {
	expected := eventstore.NoStream
	guards := make([]eventstore.Guard, 0, len(d.held))
	for i, st := range d.held {
		if st.stream == target {
			expected = eventstore.Expected(d.revisions[i])
			continue
		}
		guards = append(guards, eventstore.Guard{Stream: st.stream, Revision: d.revisions[i], Position: d.at})
	}
	return guards, expected
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

// refused answers a refusal, unless an earlier request of the same once-scope
// was accepted: then this is its repeat.
func (s *Service) refused(ctx context.Context, q request, refusal error) (Outcome, error) {
	if !q.repeatable(refusal) {
		return Outcome{}, refusal
	}
	if out, repeated, err := s.findOnce(ctx, q); repeated || err != nil {
		return out, err
	}
	return Outcome{}, refusal
}

// findOnce looks whether an earlier request of the same once-scope left
// events, when this one has none to append.
func (s *Service) findOnce(ctx context.Context, q request) (out Outcome, repeated bool, err error) {
	if len(q.once) == 0 {
		return Outcome{}, false, nil
	}
	res, found, err := s.log.Find(ctx, domain.OnceID(q.once, 0))
	if err != nil {
		return Outcome{}, false, fmt.Errorf("look up once-scope: %w", err)
	}
	if !found {
		return Outcome{}, false, nil
	}
	out, err = s.repeated(ctx, q, res)
	return out, true, err
}

// repeatable tells refusals that the accepted first request itself may have
// caused from those that stand whoever asks: below a deleted channel there is
// nothing to repeat (CH-160). An entry that was imported stays so whatever has
// happened to its user since.
func (q request) repeatable(refusal error) bool {
	var r *domain.Error
	switch {
	case !errors.As(refusal, &r):
		return false
	case isImport(q.once), q.causes != nil && errors.Is(refusal, q.causes):
		return true
	case errors.Is(refusal, domain.ErrChannelNotFound):
		return false
	}
	return r.Kind == domain.Conflict || r.Kind == domain.NotFound
}

func (s *Service) done(ctx context.Context, q request, w eventstore.Write, res eventstore.Result, at time.Time) (Outcome, error) {
	if res.Repeated && w.Once {
		return s.repeated(ctx, q, res)
	}
	s.tail.note(keyOf(q.actor), int64(res.Position))
	s.fold(q, w, res)
	for i := range w.Events {
		s.endTyping(appended(w, res, i))
	}
	name, err := domain.ParseStream(res.Stream)
	return Outcome{Position: int64(res.Position), ID: res.ID, Stream: name, Time: at, Changed: true}, err
}

// fold lets a state that is kept learn what was appended to its stream. One
// that is begun here holds that much and is not current: others may know the
// stream by now.
func (s *Service) fold(q request, w eventstore.Write, res eventstore.Result) {
	st, known := s.cache(res.Stream).GetIfPresent(res.Stream)
	if !known && !q.keep {
		return
	}
	if !known {
		st = s.state(res.Stream, zeroOf(res.Stream))
	}
	for i := range w.Events {
		r := appended(w, res, i)
		if known {
			s.learn(st, r)
			continue
		}
		if err := s.foldLoaded(st, r); err != nil {
			return // it is read from the log when it is asked for
		}
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

func (s *Service) repeated(ctx context.Context, q request, res eventstore.Result) (Outcome, error) {
	digest, err := s.onceDigest(ctx, q)
	if err != nil {
		return Outcome{}, err
	}
	if digest != res.Digest {
		return Outcome{}, domain.ErrIdempotencyReused
	}
	name, err := domain.ParseStream(res.Stream)
	return Outcome{Position: int64(res.Position), ID: res.ID, Stream: name, Time: res.At, Repeated: true}, err
}

// write seals the events and gives them ids and metadata.
func (s *Service) write(ctx context.Context, q request, events []domain.Event) (eventstore.Write, time.Time, error) {
	at := q.at
	if at.IsZero() {
		at = s.now()
	}
	at = at.Truncate(time.Millisecond)
	w := eventstore.Write{Stream: q.stream, Draw: q.draw, Once: len(q.once) > 0, Events: make([]eventstore.NewEvent, len(events))}
	for i, e := range events {
		id, err := eventID(q, i)
		if err != nil {
			return w, at, err
		}
		if err := s.seal(ctx, q.actor.App, id, e); err != nil {
			return w, at, err
		}
		typ, v, data, err := domain.EncodeEvent(e)
		if err != nil {
			return w, at, err
		}
		w.Events[i] = eventstore.NewEvent{ID: id, Type: typ, V: v, Data: data, Meta: meta(q.actor, at)}
	}
	if w.Once {
		digest, err := s.onceDigest(ctx, q)
		if err != nil {
			return w, at, err
		}
		w.Events[0].Meta[eventstore.MetaOnce] = digest
	}
	return w, at, nil
}

func eventID(q request, i int) (uuid.UUID, error) {
	if len(q.once) > 0 {
		return domain.OnceID(q.once, i), nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return id, fmt.Errorf("draw an event id: %w", err)
	}
	return id, nil
}

func meta(a domain.Actor, at time.Time) map[string]string {
	m := map[string]string{
		domain.MetaApp:       string(a.App),
		domain.MetaActor:     a.ID,
		domain.MetaActorKind: string(a.Kind),
		domain.MetaTime:      strconv.FormatInt(at.UnixMilli(), 10),
	}
	if a.Dialect != "" {
		m[domain.MetaDialect] = a.Dialect
	}
	if a.Via != "" {
		m[domain.MetaVia] = a.Via
	}
	if a.Request != "" {
		m[domain.MetaRequest] = a.Request
	}
	return m
}

func (s *Service) seal(ctx context.Context, app domain.AppID, id uuid.UUID, e domain.Event) error {
	sealing, ok := e.(domain.Sealing)
	if !ok {
		return nil
	}
	secrets, digest := sealing.Secrets()
	for _, secret := range secrets {
		if secret == nil {
			continue
		}
		plain, err := encodePlain(secret.Plain)
		if err != nil {
			return fmt.Errorf("encode secret of %s: %w", e.Type(), err)
		}
		if secret.Blob, err = s.keys.Seal(ctx, app, secret.Subject, id, plain); err != nil {
			return fmt.Errorf("seal %s: %w", e.Type(), err)
		}
	}
	if digest == nil {
		return nil
	}
	sum, err := s.keys.MAC(ctx, app, digest.Subject, purposeDigest, digest.Of)
	if err != nil {
		return fmt.Errorf("digest of %s: %w", e.Type(), err)
	}
	digest.Sum = sum
	return nil
}

// encodePlain is the JSON of what a secret seals.
func encodePlain(v any) ([]byte, error) {
	if c, ok := v.(domain.Content); ok {
		return c.AppendJSON(make([]byte, 0, 512))
	}
	return json.Marshal(v)
}

// onceDigest recognises the repeat of a request: an HMAC over its accepted
// fields under the actor's key, the channel's when no user acts.
func (s *Service) onceDigest(ctx context.Context, q request) (string, error) {
	subject := domain.Subject{Kind: domain.SubjectChannel, ID: string(q.actor.Kind) + ":" + q.actor.ID, Version: 1}
	if u := q.actor.User(); u != "" {
		_, _, err := s.ask(ctx, func(d *decision) ([]domain.Event, error) {
			subject = d.user(q.actor.App, u).Subject(u)
			return nil, nil
		})
		if err != nil {
			return "", err
		}
	}
	sum, err := s.keys.MAC(ctx, q.actor.App, subject, purposeOnce, q.fields)
	if err != nil {
		return "", fmt.Errorf("digest of the request: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
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
