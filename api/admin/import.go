package admin

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/commands"
	"parley/domain"
)

// Limits of one import request.
const (
	maxImportLines = 1000
	maxImportBytes = 16 << 20
	maxImportLine  = 256 << 10
	importTimeout  = 2 * time.Minute
)

// origin names an entry of a source.
type origin struct {
	Source string `json:"source"`
	N      int64  `json:"n"`
}

// importLine is a command of an import: times in milliseconds since 1970.
type importLine struct {
	Op string `json:"op"`
	origin
	As        domain.UserID    `json:"as"`
	Time      *int64           `json:"time"`
	Channel   domain.ChannelID `json:"channel"`
	ChannelOf *origin          `json:"channel_of"`

	Type domain.ChannelKind `json:"type"`
	Name string             `json:"name"`

	User domain.UserID `json:"user"`
	Role domain.Role   `json:"role"`

	Body     string             `json:"body"`
	Kind     domain.MessageKind `json:"kind"`
	Refs     []domain.MessageID `json:"refs"`
	RefsOf   []origin           `json:"refs_of"`
	Mentions []domain.UserID    `json:"mentions"`

	Message   domain.MessageID `json:"message"`
	MessageOf *origin          `json:"message_of"`
	Emote     string           `json:"emote"`
}

// importResult is the answer to a line. Status: done; repeated, it was
// imported before; unchanged, there was nothing to do; refused, the line or
// the rules do not allow it; failed, try again: what follows it in its channel
// has failed, too.
type importResult struct {
	Line      int              `json:"line"`
	Status    string           `json:"status"`
	ChannelID domain.ChannelID `json:"channel_id,omitzero"`
	MessageID domain.MessageID `json:"message_id,omitzero"`
	Position  int64            `json:"position,omitempty"`
	Error     *importError     `json:"error,omitempty"`
}

type importError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// importEntries carries out up to 1,000 commands, one JSON object a line, in
// the name of users of an app, and answers one line for each.
func (s *Server) importEntries(c *gin.Context) error {
	by, err := s.appActor(c, domain.AppID(c.Query("app")))
	if err != nil {
		return err
	}
	if err := envelope.Extend(c, importTimeout); err != nil {
		return err
	}
	entries, err := readImport(http.MaxBytesReader(c.Writer, c.Request.Body, maxImportBytes))
	if err != nil {
		return err
	}
	done := s.Commands.Import(c.Request.Context(), by, entries)
	c.Header("Content-Type", "application/x-ndjson")
	c.Status(http.StatusOK)
	out := json.NewEncoder(c.Writer)
	for i, d := range done {
		if err := out.Encode(s.importResult(c, i+1, d)); err != nil {
			return nil // the client has gone
		}
	}
	return nil
}

func readImport(body io.Reader) ([]commands.Import, error) {
	var entries []commands.Import
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 64<<10), maxImportLine)
	for lines.Scan() {
		if len(entries) == maxImportLines {
			return nil, domain.ErrInvalidRequest.Because("a request takes at most %d lines", maxImportLines)
		}
		entries = append(entries, parseImport(lines.Bytes()))
	}
	var large *http.MaxBytesError
	switch err := lines.Err(); {
	case errors.As(err, &large):
		return nil, domain.ErrBodyTooLarge.Because("the body is larger than %d MiB", maxImportBytes>>20)
	case errors.Is(err, bufio.ErrTooLong):
		return nil, domain.ErrBodyTooLarge.Because("line %d is longer than %d KiB", len(entries)+1, maxImportLine>>10)
	case err != nil:
		return nil, domain.ErrInvalidRequest.Because("the body could not be read")
	}
	return entries, nil
}

// maxTime is the end of the year 9999 in milliseconds.
const maxTime = 253402300799999

func parseImport(text []byte) commands.Import {
	var l importLine
	bad := func(format string, args ...any) commands.Import {
		return commands.Import{Input: domain.ErrInvalidRequest.Because(format, args...)}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return bad("not a JSON object with the fields of a command: %s", plainError(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad("more than one JSON value")
	}
	switch {
	case !l.valid() || l.ChannelOf != nil && !l.ChannelOf.valid(), l.MessageOf != nil && !l.MessageOf.valid():
		return bad("source has 1 to 128 printable ASCII characters, n is not negative")
	case l.Time != nil && (*l.Time < 0 || *l.Time > maxTime):
		return bad("time is in milliseconds since 1970")
	case l.Channel != 0 && l.ChannelOf != nil:
		return bad("channel and channel_of exclude each other")
	case l.Message != 0 && l.MessageOf != nil:
		return bad("message and message_of exclude each other")
	case l.Kind != "" && !l.Kind.Valid():
		return bad("kind %s is not known", l.Kind)
	case bytes.ContainsRune([]byte(l.Body+l.Name), 0):
		return bad("the text holds U+0000")
	}
	e := commands.Import{
		Op: commands.ImportOp(l.Op), Origin: l.scope(), As: l.As, Channel: l.Channel,
		Kind: l.Type, Name: l.Name, User: l.User, Role: l.Role,
		Text: l.Body, MessageKind: l.Kind, Refs: l.Refs, Mentions: l.Mentions,
		Message: l.Message, Emote: l.Emote,
	}
	if l.Time != nil {
		e.At = time.UnixMilli(*l.Time)
	}
	if l.ChannelOf != nil {
		of := l.ChannelOf.scope()
		e.ChannelOf = &of
	}
	if l.MessageOf != nil {
		of := l.MessageOf.scope()
		e.MessageOf = &of
	}
	for _, o := range l.RefsOf {
		if !o.valid() {
			return bad("refs_of names entries by source and n")
		}
		e.RefsOf = append(e.RefsOf, o.scope())
	}
	return e
}

func (o origin) valid() bool { return envelope.Printable(o.Source, 128) && o.N >= 0 }

func (o origin) scope() commands.Origin { return commands.Origin{Source: o.Source, N: o.N} }

// plainError is a decoder's error without the words of its package.
func plainError(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return "field " + wrong.Field + " is of the wrong type"
	}
	return string(bytes.TrimPrefix([]byte(err.Error()), []byte("json: ")))
}

func (s *Server) importResult(c *gin.Context, line int, d commands.Imported) importResult {
	r := importResult{Line: line, Status: "unchanged", ChannelID: d.Stream.Channel, MessageID: d.Stream.Message, Position: d.Position}
	switch {
	case d.Err != nil:
		refusal := envelope.Refusal(c, s.Logger, d.Err)
		r.Status, r.Error = "refused", &importError{refusal.Code, refusal.Message}
		if refusal.Kind == domain.Unavailable || refusal.Kind == domain.Internal {
			r.Status = "failed"
		}
	case d.Repeated:
		r.Status = "repeated"
	case d.Changed:
		r.Status = "done"
	}
	return r
}
