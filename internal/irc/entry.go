package irc

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Entry is a line of a log: N is unique in the file, TS in milliseconds since
// 1970, Text is what was said or, of a nick, the new name; ReplyTo names
// earlier entries.
type Entry struct {
	N       int64   `json:"n"`
	TS      int64   `json:"ts"`
	Room    string  `json:"room"`
	Type    string  `json:"type"`
	User    string  `json:"user"`
	Text    string  `json:"text"`
	ReplyTo []int64 `json:"reply_to"`
}

// The types of entries.
const (
	message = "message"
	action  = "action"
	join    = "join"
	leave   = "leave"
	nick    = "nick"
)

// LineError says which line of a file is broken, counted from 1.
type LineError struct {
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// Reader reads entries from a file, compressed by gzip or not.
type Reader struct {
	lines *bufio.Reader
	line  int
}

// maxLine bounds a line.
const maxLine = 1 << 20

// NewReader begins to read a file.
func NewReader(r io.Reader) (*Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("read gzip: %w", err)
		}
		b = bufio.NewReaderSize(z, 64<<10)
	}
	return &Reader{lines: b}, nil
}

// Line is the number of the line read last.
func (r *Reader) Line() int { return r.line }

// Next reads the next entry; io.EOF at the end, *LineError for a broken line,
// after which reading can go on. Empty lines are passed over.
func (r *Reader) Next() (Entry, error) {
	for {
		text, err := r.read()
		if err != nil {
			return Entry{}, err
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		e, err := parse(text)
		if err != nil {
			return Entry{}, &LineError{r.line, err}
		}
		return e, nil
	}
}

// read reads a line of any length, of which too long ones are broken.
func (r *Reader) read() (text []byte, err error) {
	r.line++
	for {
		part, more, err := r.lines.ReadLine()
		switch {
		case errors.Is(err, io.EOF) && len(text) > 0:
			return text, nil
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", r.line, err)
		}
		if len(text) <= maxLine {
			text = append(text, part...)
		}
		if !more {
			return text, nil
		}
	}
}

func parse(text []byte) (Entry, error) {
	if len(text) > maxLine {
		return Entry{}, fmt.Errorf("longer than %d KiB", maxLine>>10)
	}
	var e Entry
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&e); err != nil {
		return e, errors.New("not a JSON object with the fields n, ts, room, type, user, text, reply_to")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return e, errors.New("more than one JSON value")
	}
	return e, e.check()
}

// maxTime is the end of the year 9999 in milliseconds.
const maxTime = 253402300799999

func (e Entry) check() error {
	switch {
	case e.N < 0:
		return errors.New("n is negative")
	case e.TS <= 0 || e.TS > maxTime:
		return errors.New("ts is not a time in milliseconds since 1970")
	case strings.TrimSpace(e.Room) == "" || utf8.RuneCountInString(e.Room) > 100:
		return errors.New("room has 1 to 100 characters")
	case !validUser(e.User):
		return errors.New("user has 1 to 128 characters, no slash and no control character")
	case strings.ContainsRune(e.Text, 0):
		return errors.New("text holds U+0000")
	}
	switch e.Type {
	case message, action, join, leave:
		return nil
	case nick:
		if !validUser(e.Text) {
			return errors.New("the new nick has 1 to 128 characters, no slash and no control character")
		}
		return nil
	}
	return fmt.Errorf("type %q is none of message, action, join, leave, nick", e.Type)
}

func validUser(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= 128 && !strings.ContainsFunc(s, func(r rune) bool { return r == '/' || unicode.IsControl(r) })
}
