package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lookForServer reads what a running server has left in the data directory.
func (p *patient) lookForServer() {
	const check = "server"
	path := filepath.Join(p.settings.DataDir, descriptionFile)
	d, err := readDescription(p.settings.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		p.ok(check, "none runs here")
		return
	}
	if err != nil {
		p.failed(check, "remove "+path+" if no server runs; the next one writes its own", "%s", err)
		return
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		p.failed("server.json", "chmod 600 "+path+", and give the server another operator token if others may have read it",
			"%s has mode %04o: other accounts can read the operator token", path, info.Mode().Perm())
	}
	if err := answers(p.ctx, d.URL); err != nil {
		p.failed(check, "start it with parley serve, or remove "+path, "%s is stale: nobody answers at %s (%s)", path, d.URL, err)
		return
	}
	p.server, p.token = d.URL, d.Token
	p.lookAtServer(nil)
}

// lookAtServer asks a running server how it is.
func (p *patient) lookAtServer(err error) {
	if err == nil {
		err = answers(p.ctx, p.server)
	}
	if err != nil {
		p.failed("server", "see that it runs, and that --server or PARLEY_SERVER names it", "%s: %s", p.server, err)
		return
	}
	p.ok("server", "it answers at %s", p.server)
	p.lookAtReadiness()
	p.lookAtCredential()
}

// lookAtReadiness shows what the server itself says, its clock included.
func (p *patient) lookAtReadiness() {
	const check = "readiness"
	q, err := http.NewRequestWithContext(p.ctx, http.MethodGet, p.server+"/readyz", nil)
	if err != nil {
		p.failed(check, "correct the URL", "%s", err)
		return
	}
	q.Close = true
	asked := time.Now()
	a, err := new(http.Client).Do(q)
	if err != nil {
		p.failed(check, "see the log of the server", "%s", err)
		return
	}
	defer a.Body.Close()
	var said struct {
		Failed map[string]string `json:"failed"`
		Notes  map[string]string `json:"notes"`
	}
	b, err := io.ReadAll(io.LimitReader(a.Body, 1<<20))
	if err == nil {
		err = json.Unmarshal(b, &said)
	}
	switch {
	case a.StatusCode == http.StatusOK && len(said.Notes) > 0:
		p.warning(check, "see the log of the server", "ready, but: %s", listed(said.Notes))
	case a.StatusCode == http.StatusOK:
		p.ok(check, "the server is ready")
	case err != nil || len(said.Failed) == 0:
		p.failed(check, "see the log of the server", "it answers %s", a.Status)
	default:
		p.failed(check, "see the log of the server", "%s", listed(said.Failed))
	}
	if at, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		p.compareClocks("clock of the server", asked, at, time.Second)
	}
}

func listed(said map[string]string) string {
	var words []string
	for name, text := range said {
		words = append(words, name+": "+text)
	}
	return strings.Join(words, "; ")
}

func (p *patient) lookAtCredential() {
	const check = "credential"
	c := newAdminClient(p.server, p.token)
	defer c.close()
	err := c.call(p.ctx, http.MethodGet, appsPath+"?limit=1", nil, nil)
	var refused *answerError
	switch {
	case err == nil:
		p.ok(check, "the server takes the operator token")
	case errors.As(err, &refused) && refused.status == http.StatusForbidden && isKey(p.token):
		p.ok(check, "the server knows the key: %s", refused.message)
	default:
		p.failed(check, "give the operator token, or a key with the right admin, with --key or PARLEY_KEY", "%s", err)
	}
}

const worstSkew = 5 * time.Second // as tokens allow

// compareClocks holds our clock against another, which was read after asked
// with the given precision.
func (p *patient) compareClocks(check string, asked, other time.Time, precision time.Duration) {
	early, late := asked.Sub(other)-precision, time.Since(other)
	skew := time.Duration(0)
	if early > 0 {
		skew = early
	} else if late < 0 {
		skew = late
	}
	if skew.Abs() > worstSkew {
		p.failed(check, "synchronise the clocks, for example with chrony or systemd-timesyncd", "it differs from ours by %s", skew.Round(time.Second))
		return
	}
	p.ok(check, "it agrees with ours")
}

// answersProfiles tells whether what has the admin address is a parley.
func answersProfiles(ctx context.Context, addr string) bool {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/debug/pprof/cmdline", addr), nil)
	if err != nil {
		return false
	}
	q.Close = true
	a, err := new(http.Client).Do(q)
	if err != nil {
		return false
	}
	defer a.Body.Close()
	return a.StatusCode == http.StatusOK
}
