package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Answer is the answer to a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	t       testing.TB
	request string
	secrets *secrets
}

func (a *Answer) String() string {
	return fmt.Sprintf("%s: %d %s", a.request, a.Status, bytes.TrimSpace(a.Body[:min(len(a.Body), 500)]))
}

// Want demands a status.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("want %d, got %s", status, a)
	}
	return a
}

// Refused demands a refusal with a code.
func (a *Answer) Refused(status int, code string) *Answer {
	a.t.Helper()
	if a.Status != status || a.Code() != code {
		a.t.Errorf("want %d %s, got %s", status, code, a)
	}
	return a
}

// Code is the code of a refusal, "" for another answer.
func (a *Answer) Code() string {
	var e envelope
	if json.Unmarshal(a.Body, &e) != nil || e.Error == nil {
		return ""
	}
	return e.Error.Code
}

// At walks into the body by names and indexes.
func (a *Answer) At(path ...any) any {
	a.t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		a.t.Fatalf("%s: %v", a, err)
	}
	for _, p := range path {
		switch p := p.(type) {
		case string:
			o, _ := v.(map[string]any)
			var ok bool
			if v, ok = o[p]; !ok {
				a.t.Fatalf("no %v in %s", path, a)
			}
		case int:
			list, ok := v.([]any)
			if !ok || p >= len(list) {
				a.t.Fatalf("no %v in %s", path, a)
			}
			v = list[p]
		}
	}
	return v
}

// Text walks to a string.
func (a *Answer) Text(path ...any) string {
	a.t.Helper()
	s, ok := a.At(path...).(string)
	if !ok {
		a.t.Fatalf("%v is no string in %s", path, a)
	}
	return s
}

// Number walks to an integer.
func (a *Answer) Number(path ...any) int64 {
	a.t.Helper()
	n, ok := a.At(path...).(json.Number)
	i, err := n.Int64()
	if !ok || err != nil {
		a.t.Fatalf("%v is no integer in %s", path, a)
	}
	return i
}

// Len walks to an array and is its length.
func (a *Answer) Len(path ...any) int {
	a.t.Helper()
	list, ok := a.At(path...).([]any)
	if !ok {
		a.t.Fatalf("%v is no array in %s", path, a)
	}
	return len(list)
}

// Texts walks to an array of objects and collects a string of each.
func (a *Answer) Texts(name string, path ...any) []string {
	a.t.Helper()
	texts := make([]string, a.Len(path...))
	for i := range texts {
		texts[i] = a.Text(append(slices.Clone(path), i, name)...)
	}
	return texts
}

// Lines are the objects of an answer of one JSON object a line.
func (a *Answer) Lines() (lines []map[string]any) {
	a.t.Helper()
	for line := range bytes.Lines(a.Body) {
		var o map[string]any
		if err := json.Unmarshal(line, &o); err != nil {
			a.t.Fatalf("%s: %v", a, err)
		}
		lines = append(lines, o)
	}
	return lines
}

// Position is the answer's Parley-Position.
func (a *Answer) Position() string { return a.Header.Get("Parley-Position") }

// envelope is the body of CH-008.
type envelope struct {
	Data  json.RawMessage `json:"data"`
	Error *struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"`
	} `json:"error"`
}

var codeForm = regexp.MustCompile(`^[A-Z][A-Z_]*[A-Z]$`)

// check is what the contract demands of every answer: CH-001, CH-008, CH-018.
func (a *Answer) check(method, sentID string) {
	a.t.Helper()
	id := a.identified(sentID)
	if a.Status == http.StatusNoContent || method == http.MethodHead {
		if len(a.Body) > 0 {
			a.fail("has a body")
		}
		return
	}
	if a.Status < http.StatusBadRequest && a.Header.Get("Content-Type") == "application/x-ndjson" {
		for line := range bytes.Lines(a.Body) {
			if !utf8.Valid(line) || !json.Valid(line) {
				a.fail("a line is not JSON in UTF-8")
			}
		}
		return
	}
	a.json(id)
}

func (a *Answer) fail(format string, args ...any) {
	a.t.Helper()
	a.t.Errorf("%s: %s", a, fmt.Sprintf(format, args...))
}

// identified checks the headers that every answer has and that it tells nothing
// of the server's inside, and is the request's id.
func (a *Answer) identified(sentID string) (id string) {
	a.t.Helper()
	id = a.Header.Get("X-Request-Id")
	if id == "" {
		a.fail("no X-Request-Id")
	}
	if sentID != "" && printable(sentID) && id != sentID {
		a.fail("X-Request-Id is %q, sent %q", id, sentID)
	}
	if a.Header.Get("X-Content-Type-Options") != "nosniff" {
		a.fail("no nosniff")
	}
	if found := leak(a.Status, a.Header, a.Body, a.secrets); found != "" {
		a.fail("a leak: %s", found)
	}
	return id
}

// json checks the body, and of a refusal the envelope.
func (a *Answer) json(id string) {
	a.t.Helper()
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		a.fail("Content-Type %q", a.Header.Get("Content-Type"))
	}
	if !utf8.Valid(a.Body) || !json.Valid(a.Body) {
		a.fail("not JSON in UTF-8")
	}
	if a.Status < http.StatusBadRequest {
		return
	}
	var e envelope
	if err := json.Unmarshal(a.Body, &e); err != nil || string(e.Data) != "null" || e.Error == nil {
		a.fail("not the error envelope")
		return
	}
	if !codeForm.MatchString(e.Error.Code) || e.Error.Message == "" || e.Error.RequestID != id {
		a.fail("the envelope lacks code, message or the request id %q", id)
	}
	if a.Status == http.StatusServiceUnavailable && a.Header.Get("Retry-After") == "" {
		a.fail("no Retry-After")
	}
	if a.Status == http.StatusMethodNotAllowed && a.Header.Get("Allow") == "" {
		a.fail("no Allow")
	}
}

func printable(s string) bool {
	return len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
