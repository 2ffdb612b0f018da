package commands

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"

	"parley/domain"
	"parley/internal/eventstore"
)

// NativeOnce is the scope of a native Idempotency-Key: one caller's use of
// one key for one command in one channel, on one target there if there is one.
func NativeOnce(a domain.Actor, command string, c domain.ChannelID, key string, target ...string) []string {
	return append([]string{string(a.App), "n", command, a.ID, c.String(), key}, target...)
}

func isImport(once []string) bool { return len(once) > 1 && once[1] == importScope }

const importScope = "i"

// ImportOnce is the scope of the n-th entry of an imported source.
func ImportOnce(app domain.AppID, source string, n int64) []string {
	return []string{string(app), importScope, source, strconv.FormatInt(n, 10)}
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
	id := domain.OnceID(q.once, 0)
	found, err := s.log.Find(ctx, id)
	if err != nil {
		return Outcome{}, false, fmt.Errorf("look up once-scope: %w", err)
	}
	res, ok := found[id]
	if !ok {
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

// onceDigest recognises the repeat of a request: an HMAC over its accepted
// fields under the actor's key, the channel's when no user acts.
func (s *Service) onceDigest(ctx context.Context, q request) (string, error) {
	subject, err := s.onceSubject(ctx, q.actor)
	if err != nil {
		return "", err
	}
	sum, err := s.keys.MAC(ctx, q.actor.App, subject, purposeOnce, q.fields)
	if err != nil {
		return "", fmt.Errorf("digest of the request: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// onceSubject is whose key the digests of an actor's requests are under.
func (s *Service) onceSubject(ctx context.Context, a domain.Actor) (subject domain.Subject, err error) {
	u := a.User()
	if u == "" {
		return domain.Subject{Kind: domain.SubjectChannel, ID: string(a.Kind) + ":" + a.ID, Version: 1}, nil
	}
	_, _, err = s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		subject = d.user(a.App, u).Subject(u)
		return nil, nil
	})
	return subject, err
}
