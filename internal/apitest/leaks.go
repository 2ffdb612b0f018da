package apitest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// inner is what a fault of the server looks like from inside: a stack, words
// of the runtime, of the driver and of the database, files, tables, addresses.
var inner = regexp.MustCompile(`goroutine \d|runtime error|runtime\.|panic|nil pointer|\.go:\d|\b0x[0-9a-f]{6,}` +
	`|SQLSTATE|pgxpool|pgx[./:]|pgconn|pq:|syntax error|violates|relation \\?"|column \\?"|\brm\.|\bes_[a-z]+\b|\b[a-z]+_v\d+\b|SELECT |INSERT |duplicate key` +
	`|postgres(ql)?://|dial tcp|connection refused|connection reset|\.PGSQL\.|parley/internal` +
	`|(^|[\s"'(=])/(home|root|tmp|usr|var|etc|opt|proc|build|work)/`)

// secrets are texts that no answer may hold, by what they are.
type secrets struct {
	mu    sync.Mutex
	texts map[string]string // the text to its name
	// loggable are names of those that a log may hold: where the database is.
	loggable map[string]bool
	private  map[string]string // what no log may hold, beside the texts, to what it is
}

func (s *secrets) add(name, text string) {
	if text == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.texts == nil {
		s.texts = map[string]string{}
	}
	s.texts[text] = name
}

// placeOf keeps where the database and the root key are.
func (s *secrets) placeOf(database, rootKey string) {
	s.mu.Lock()
	s.loggable = map[string]bool{
		"folder of the root key": true, "name of the database": true, "folder of the database": true, "address of the database": true,
	}
	s.mu.Unlock()
	s.add("database URL", database)
	s.add("folder of the root key", filepath.Dir(rootKey))
	u, err := url.Parse(database)
	if err != nil {
		return
	}
	s.add("name of the database", strings.TrimPrefix(u.Path, "/"))
	s.add("folder of the database", u.Query().Get("host"))
	if password, ok := u.User.Password(); ok {
		s.add("password of the database", password)
	}
	if u.Port() != "" {
		s.add("address of the database", u.Host)
	}
}

// maxPrivate is how many private texts of a server are watched.
const maxPrivate = 5000

// keep keeps what no log may hold, though answers may.
func (s *secrets) keep(what, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.private == nil {
		s.private = map[string]string{}
	}
	if len(s.private) < maxPrivate {
		s.private[text] = what
	}
}

// written are texts and names of users in a body of a request.
var written = regexp.MustCompile(`"(?:body|name|text)": ?"((?:[^"\\]|\\.){12,})"`)

// keepWritten keeps what a user writes.
func (s *secrets) keepWritten(body any) {
	text := ""
	switch b := body.(type) {
	case nil, interface{ Read([]byte) (int, error) }:
		return
	case string:
		text = b
	case []byte:
		text = string(b)
	default:
		text = JSON(b)
	}
	if len(text) > 4096 {
		return // what is that long is about its length
	}
	for _, m := range written.FindAllStringSubmatch(text, -1) {
		s.keep("text of a user", m[1])
	}
}

// find is the name of the first secret in a text, "" for none.
func (s *secrets) find(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for secret, name := range s.texts {
		if strings.Contains(text, secret) {
			return name
		}
	}
	return ""
}

// leak says what of the server's inside an answer shows, "" for nothing. The
// body of a success is what users wrote, so only secrets count there; an admin
// may be shown the secret that it has just made.
func leak(status int, header http.Header, body []byte, secret *secrets) string {
	texts := map[string]string{"the body": string(body)}
	for name, values := range header {
		texts["the header "+name] = strings.Join(values, "\n")
	}
	for _, where := range slices.Sorted(maps.Keys(texts)) {
		text := texts[where]
		if name := secret.find(text); name != "" {
			return fmt.Sprintf("%s holds the %s", where, name)
		}
		if where == "the body" && status < http.StatusBadRequest {
			continue
		}
		if found := inner.FindString(text); found != "" {
			return fmt.Sprintf("%s holds %q", where, found)
		}
	}
	return ""
}
