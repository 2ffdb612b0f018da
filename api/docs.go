package api

import (
	"embed"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// reference is the page of /docs, what it is made of, and the licences of
// that. scripts/vendor-docs makes the files that end in gz.
//
//go:embed docs/index.html docs/start.js docs/scalar.js.gz docs/licenses.txt.gz
var reference embed.FS

// docsPolicy lets the page talk to its own server only. The reference writes
// its styles into the page, so they have to be allowed; scripts are files.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; " +
	"connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docs are the files that Docs serves, by their paths.
var docs = sync.OnceValues(func() (map[string]file, error) {
	description, err := Description()
	if err != nil {
		return nil, err
	}
	files := map[string]file{"/openapi.json": pack("application/json", description)}
	for path, f := range map[string]struct{ name, mime string }{
		"/docs":              {"index.html", "text/html; charset=utf-8"},
		"/docs/start.js":     {"start.js", "text/javascript; charset=utf-8"},
		"/docs/scalar.js":    {"scalar.js.gz", "text/javascript; charset=utf-8"},
		"/docs/licenses.txt": {"licenses.txt.gz", "text/plain; charset=utf-8"},
	} {
		content, err := reference.ReadFile("docs/" + f.name)
		if err != nil {
			return nil, fmt.Errorf("read the reference: %w", err)
		}
		if strings.HasSuffix(f.name, ".gz") {
			files[path] = newFile(f.mime, content)
			continue
		}
		files[path] = pack(f.mime, content)
	}
	return files, nil
})

// Docs answers /openapi.json, the description of the API, and /docs, the same
// for people: a page that needs nothing from elsewhere. Refusals have the shape
// of CH-008.
func Docs() (http.Handler, error) {
	files, err := docs()
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestID(r)
		h := w.Header()
		h.Set("X-Request-Id", id)
		f, ok := files[r.URL.Path]
		if !ok {
			answer(w, http.StatusNotFound, refusal(id, "NOT_FOUND", "no such path"))
			return
		}
		if !isRead(w, r, id) {
			return
		}
		h.Set("Content-Security-Policy", docsPolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		f.serve(w, r)
	}), nil
}
