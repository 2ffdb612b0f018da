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
