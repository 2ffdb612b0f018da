// Package demo serves the demo page, whose built files it embeds, and hands it
// the tokens of its sample users.
package demo

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// dist is what npm run build makes of this folder; .ci/demo compares them.
//
//go:embed all:dist
var dist embed.FS

// User is a sample user; the token lets the page act as it until Expires, in
// unix seconds.
type User struct {
	ID      string `json:"user_id"`
	Name    string `json:"display_name"`
	Token   string `json:"token"`
	Expires int64  `json:"expires_at"`
}

// Page is the demo page below /demo.
type Page struct {
	// Users makes tokens for the sample users.
	Users  func(ctx context.Context) ([]User, error)
	Logger *slog.Logger
	// Images is the origin from which attachments come, empty for this one.
	Images string
}

const prefix = "/demo/"

// Over serves the page, and everything else as next does.
func (p *Page) Over(next http.Handler) http.Handler {
	built, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded
	}
	files := http.StripPrefix(prefix, http.FileServerFS(built))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == "/demo":
			http.Redirect(w, r, prefix, http.StatusPermanentRedirect)
		case !strings.HasPrefix(path, prefix):
			next.ServeHTTP(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "the demo page is only read")
		case path == prefix+"session.json":
			p.session(w, r)
		default:
			p.secure(w.Header(), path)
			files.ServeHTTP(w, r)
		}
	})
}

// secure sets what protects the page: it runs the scripts of this server
// alone, and no other page may show it.
func (p *Page) secure(h http.Header, path string) {
	images := strings.TrimSpace("'self' blob: " + p.Images)
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src "+images+
		"; connect-src "+strings.TrimSpace("'self' "+p.Images)+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(path, prefix+"assets/") { // their names tell their content
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
}

// session answers with tokens, to a page of this machine alone.
func (p *Page) session(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !here(r) {
		refuse(w, http.StatusForbidden, "FORBIDDEN", "the demo page works on the machine of the server only: open it as http://127.0.0.1 or http://localhost")
		return
	}
	users, err := p.Users(r.Context())
	if err != nil {
		p.Logger.Error("tokens of the demo page", "err", err)
		refuse(w, http.StatusInternalServerError, "INTERNAL", "no tokens can be made; see the server's log")
		return
	}
	answer(w, http.StatusOK, map[string]any{"users": users})
}

// proxied are headers with which a proxy says that the peer is not the client.
var proxied = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}

// here reports whether a request comes from a page of this server that was
// opened on its own machine: the peer and the name are loopback, so no name of
// elsewhere that resolves to here counts, and no page of another origin asks.
func here(r *http.Request) bool {
	for _, h := range proxied {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return loopback(r.RemoteAddr) && loopback(r.Host) && (site == "" || site == "same-origin" || site == "none")
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, map[string]any{"data": nil, "error": map[string]string{"code": code, "message": message}})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
