package eventstore

import (
	"fmt"
	"strconv"
	"time"

	"parley/domain"
)

// Decode reads a recorded event as the domain knows it. Types that this code
// does not know, and emptied events, decode to domain.Unknown.
func (r Recorded) Decode() (domain.Recorded, error) {
	stream, err := domain.ParseStream(r.Stream)
	if err != nil {
		return domain.Recorded{}, fmt.Errorf("event %s at position %d: %w", r.ID, r.Position, err)
	}
	e, err := domain.DecodeEvent(r.Type, r.V, r.Data)
	if err != nil {
		return domain.Recorded{}, fmt.Errorf("event %s at position %d: %w", r.ID, r.Position, err)
	}
	return domain.Recorded{
		Event: e, ID: r.ID, Stream: stream, Revision: int64(r.Revision), Position: int64(r.Position),
		Time: r.Time(), Meta: r.Meta,
	}, nil
}

// Time is when the event happened: the command's time, else that of the
// append.
func (r Recorded) Time() time.Time {
	ms, err := strconv.ParseInt(r.Meta[domain.MetaTime], 10, 64)
	if err != nil {
		ms = r.At.UnixMilli()
	}
	return time.UnixMilli(ms).UTC()
}
