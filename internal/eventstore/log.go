package eventstore

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Position is a place in the total order of the log. Positions are compared,
// stored and returned, never added to; 0 is before everything.
type Position int64

// Revision is the place of an event inside its stream: 0, 1, 2, ... without
// gaps.
type Revision int64

// None is the revision of a stream without events, as Guard.Revision uses it.
const None Revision = -1

// Expected is what an append demands of its stream: an exact last revision
// (>= 0), NoStream or Any.
type Expected int64

const (
	// NoStream demands that the stream has no events yet.
	NoStream Expected = -1
	// Any demands nothing.
	Any Expected = -2
)

// NewEvent is an event to append. ID is chosen by the caller and unique in
// the log: appending the same ids again is harmless. Data and Meta come back
// exactly as given. The log keeps them: once an event has been given to Append
// its caller must not change Data and Meta any more.
type NewEvent struct {
	ID   uuid.UUID
	Type string
	V    int
	Data []byte
	Meta map[string]string
}

// Recorded is an event of the log. At is the time of the append as the writer
// saw it, never earlier than that of the position before. Readers share the
// value: Data and Meta must not be changed.
type Recorded struct {
	NewEvent
	Stream   string
	Revision Revision
	Position Position
	At       time.Time
}

// Scavenged is the type under which readers meet an event that retention has
// emptied: its data is gone, its position stays.
const Scavenged = "Scavenged"

// Guard makes an append depend on a stream that it does not write: the append
// is refused with ErrGuard if the stream has an event beyond Revision, the
// last one folded for the decision (None for an empty stream). Position is the
// place up to which the log had been read when Revision was the newest; the
// closer to the head, the cheaper the check.
type Guard struct {
	Stream   string
	Revision Revision
	Position Position
}

// MetaOnce is the metadata key that holds the digest of a once-scope, in the
// first event of its append.
const MetaOnce = "once"

// Write is one append: all of Events, in order, to one stream, or nothing.
type Write struct {
	// Stream is the full name; when Draw is set it is the prefix to which
	// the log appends an id of its own.
	Stream string
	// Draw lets the log name a new stream: Stream + id, id a positive
	// 63-bit decimal, strictly rising in the order of positions over all
	// writers. Expected is ignored, the stream is always new.
	Draw     bool
	Expected Expected
	Events   []NewEvent
	Guards   []Guard
	// Once marks Events[0].ID as derived from a once-scope. If the log
	// already holds that id nothing is appended (neither expectation nor
	// guards are looked at) and the first result comes back with Repeated
	// set; Result.Digest then lets the caller compare the requests.
	Once bool
}

// Result tells where the events of a Write are. For a repeat it describes the
// first append.
type Result struct {
	Stream   string
	ID       int64    // the drawn id; 0 unless the stream's name ends in one
	Revision Revision // of the last event
	Position Position // of the last event
	At       time.Time
	Repeated bool
	Digest   string // Meta[MetaOnce] of the first event
}

// Log is an event log. All methods are safe for concurrent use.
type Log interface {
	// Append makes w durable and answers, or changes nothing and returns
	// an error: *WrongRevision, ErrGuard, ErrTooLarge, ErrInvalid,
	// ErrUnavailable (nothing was appended, try again), ErrAmbiguous (the
	// outcome is unknown: append again with the same event ids), or the
	// context's error, which is as unknown.
	Append(ctx context.Context, w Write) (Result, error)

	// AppendMany appends several writes in their order, each as Append does,
	// in as few steps as the log can; what others append may come between.
	// It ends behind the first that turns out to be a repeat and at the first
	// that is not appended: results are those of the writes up to there, err
	// is what the next one came to, and nothing behind it was appended,
	// unless err leaves that open (ErrAmbiguous, the context's error). It is
	// nil when every write has a result or the last result is a repeat.
	AppendMany(ctx context.Context, writes []Write) (results []Result, err error)

	// Find returns the results of the appends whose first events have the
	// given ids, with Repeated set. What the log does not hold is absent.
	Find(ctx context.Context, ids ...uuid.UUID) (map[uuid.UUID]Result, error)

	// ReadStream yields the events of a stream from a revision on. An
	// unknown stream yields nothing.
	ReadStream(ctx context.Context, stream string, from Revision) iter.Seq2[Recorded, error]

	// ReadStreams yields the events of several streams, each from a revision
	// on: those of one stream in order and together.
	ReadStreams(ctx context.Context, from map[string]Revision) iter.Seq2[Recorded, error]

	// ReadAll yields up to limit events after a position, in order; a
	// limit of 0 reads to the head of the moment of the call.
	ReadAll(ctx context.Context, after Position, limit int) iter.Seq2[Recorded, error]

	// Head is the position of the newest event that any process had
	// appended when Head was called. Subscriptions of this Log reach it
	// without waiting for a poll.
	Head(ctx context.Context) (Position, error)

	// Subscribe follows the log after a position, first the past, then
	// live. It ends with its context or Close.
	Subscribe(ctx context.Context, after Position) (Subscription, error)
}

// Subscription delivers every event after its start at least once, in the
// order of positions. It belongs to one goroutine.
type Subscription interface {
	// Next waits for events and returns 1 to limit of them. Errors other
	// than the context's and ErrClosed are temporary: call Next again.
	Next(ctx context.Context, limit int) (Batch, error)
	Close() error
}

// Batch is what a subscription delivers at once. CaughtUp tells that the
// batch ended at the newest event known to this process.
type Batch struct {
	Events   []Recorded
	CaughtUp bool
}

// Selector is a Log that leaves out what a reader does not want before it is
// sent to him.
type Selector interface {
	Log

	// Select looks at up to limit events after a position, in order, and
	// returns those whose stream's name is one of the categories, a hyphen
	// and more.
	Select(ctx context.Context, categories []string, after Position, limit int) (Selection, error)
}

// Selection is what Select has found. To is the position of the last of the
// events it looked at, where it began when there was none.
type Selection struct {
	Events []Recorded
	Looked int
	To     Position
}

// Limits of one append; larger ones are refused with ErrTooLarge.
const (
	MaxEvents     = 1000
	MaxWriteBytes = 1 << 20
)
