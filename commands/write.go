package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"parley/domain"
	"parley/internal/eventstore"
)

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
