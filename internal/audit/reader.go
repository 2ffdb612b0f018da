package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"parley/domain"
	"parley/internal/eventstore"
)

// Opener opens sealed text; each item gets its plain bytes or its error.
type Opener interface {
	OpenMany(ctx context.Context, items []domain.Sealed) error
}

// Reader reads the log.
type Reader struct {
	Log    eventstore.Log
	Opener Opener
}

// Entry is an event as an auditor sees it. Times are milliseconds since 1970:
// RecordedAt is the log's, Time the command's. Data holds the event's fields;
// what is sealed stands there as text in brackets, or opened when it was to be
// revealed.
type Entry struct {
	Position   eventstore.Position `json:"position"`
	RecordedAt int64               `json:"recorded_at"`
	Time       int64               `json:"time"`
	Type       string              `json:"type"`
	Version    int                 `json:"v"`
	ID         string              `json:"id"`
	Stream     string              `json:"stream"`
	Revision   eventstore.Revision `json:"revision"`
	App        domain.AppID        `json:"app,omitempty"`
	Channel    domain.ChannelID    `json:"channel,omitzero"`
	Message    domain.MessageID    `json:"message,omitzero"`
	User       domain.UserID       `json:"user,omitempty"` // whose stream it is
	Actor      string              `json:"actor"`
	ActorKind  string              `json:"actor_kind"`
	Via        string              `json:"via,omitempty"`
	Dialect    string              `json:"dialect,omitempty"`
	Request    string              `json:"request,omitempty"`
	Data       json.RawMessage     `json:"data,omitempty"`
}

// chunk is how many events are opened and handed on together.
const chunk = 500

// Events hands the wanted events to yield, in the order of the log, until it
// returns an error. The log is read up to the head of the moment.
func (r *Reader) Events(ctx context.Context, f Filter, yield func(Entry) error) error {
	after, before, err := f.bounds(ctx, r.Log)
	if err != nil {
		return fmt.Errorf("audit: find the times in the log: %w", err)
	}
	run := &run{reader: r, filter: f, yield: yield}
	for e, err := range r.Log.ReadAll(ctx, after, 0) {
		if err != nil {
			return fmt.Errorf("audit: read the log: %w", err)
		}
		if e.Position >= before {
			break
		}
		if !f.wants(e) {
			continue
		}
		if err := run.take(ctx, e); err != nil {
			return err
		}
		if run.full() {
			break
		}
	}
	if f.Last > 0 {
		run.held = run.held[max(0, len(run.held)-f.Last):]
	}
	return run.flush(ctx)
}

// run is one reading: events gather and are handed on in chunks.
type run struct {
	reader *Reader
	filter Filter
	yield  func(Entry) error
	held   []eventstore.Recorded
	taken  int
}

func (r *run) full() bool { return r.filter.Limit > 0 && r.taken >= r.filter.Limit }

func (r *run) take(ctx context.Context, e eventstore.Recorded) error {
	r.held = append(r.held, e)
	r.taken++
	if last := r.filter.Last; last > 0 {
		if len(r.held) >= 2*last+chunk {
			r.held = append(r.held[:0], r.held[len(r.held)-last:]...)
		}
		return nil
	}
	if len(r.held) < chunk {
		return nil
	}
	return r.flush(ctx)
}

func (r *run) flush(ctx context.Context) error {
	for len(r.held) > 0 {
		n := min(chunk, len(r.held))
		entries, err := r.reader.entries(ctx, r.held[:n], r.filter.Reveal)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := r.yield(e); err != nil {
				return err
			}
		}
		r.held = r.held[n:]
	}
	r.held = nil
	return nil
}

func (r *Reader) entries(ctx context.Context, events []eventstore.Recorded, reveal bool) ([]Entry, error) {
	texts := make([]sealedText, 0, len(events))
	entries := make([]Entry, len(events))
	for i, e := range events {
		entries[i] = newEntry(e)
		found, err := r.sealed(ctx, i, e, reveal)
		if err != nil {
			return nil, err
		}
		texts = append(texts, found...)
	}
	if reveal {
		if err := r.open(ctx, texts); err != nil {
			return nil, err
		}
	}
	shown := make([]map[string]json.RawMessage, len(events))
	for _, t := range texts {
		if shown[t.entry] == nil {
			shown[t.entry] = map[string]json.RawMessage{}
		}
		shown[t.entry][t.field] = t.text()
	}
	for i, e := range events {
		data, err := present(e.Data, shown[i])
		if err != nil {
			return nil, fmt.Errorf("audit: event %s at position %d: %w", e.ID, e.Position, err)
		}
		entries[i].Data = data
	}
	return entries, nil
}

func newEntry(e eventstore.Recorded) Entry {
	n := Entry{
		Position: e.Position, RecordedAt: e.At.UnixMilli(), Time: e.At.UnixMilli(), Type: e.Type, Version: e.V, ID: e.ID.String(),
		Stream: e.Stream, Revision: e.Revision, Actor: e.Meta[domain.MetaActor], ActorKind: e.Meta[domain.MetaActorKind],
		Via: e.Meta[domain.MetaVia], Dialect: e.Meta[domain.MetaDialect], Request: e.Meta[domain.MetaRequest],
	}
	if ms, err := strconv.ParseInt(e.Meta[domain.MetaTime], 10, 64); err == nil {
		n.Time = ms
	}
	if name, err := domain.ParseStream(e.Stream); err == nil {
		n.App, n.Channel, n.Message, n.User = name.App, name.Channel, name.Message, name.User
	}
	return n
}

// present is the event's data with its sealed fields replaced. Digests say
// nothing to people and are left out.
func present(data []byte, shown map[string]json.RawMessage) (json.RawMessage, error) {
	if len(data) == 0 {
		return nil, nil
	}
	if shown == nil {
		return data, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	delete(fields, "digest")
	for field, text := range shown {
		fields[field] = text
	}
	return json.Marshal(fields)
}

func isErased(err error) bool { return errors.Is(err, domain.ErrErased) }
