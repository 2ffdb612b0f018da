package files_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/api/files"
	"parley/domain"
	"parley/internal/assets"
)

// hasty is a face that has next to no patience; the method of each answered
// request is sent to answered.
func hasty(t *testing.T, pace files.Pace) (s *assets.Service, dir string, answered <-chan string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "assets")
	disk, err := assets.OpenDisk(dir, 0)
	require.NoError(t, err)
	h := httptest.NewUnstartedServer(nil)
	base := "http://" + h.Listener.Addr().String() + "/v1/assets"
	s, err = assets.New(assets.Config{Store: disk, Key: strings.Repeat("k", 32), URL: base})
	require.NoError(t, err)
	face := (&files.Server{Assets: s, Logger: slog.New(slog.DiscardHandler), Now: time.Now, Pace: pace}).Handler()
	methods := make(chan string, 10)
	h.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		face.ServeHTTP(w, r)
		methods <- r.Method
	})
	h.Start()
	t.Cleanup(func() {
		h.Close()
		s.Close()
		_ = disk.Close()
	})
	return s, dir, methods
}

func begin(t *testing.T, s *assets.Service, size int64) (assets.Asset, *url.URL) {
	t.Helper()
	a, address, err := s.Begin(t.Context(), assets.NewUpload{App: "demo", Owner: "ann", NewUpload: domain.NewUpload{
		For: domain.UploadAttachment, File: "a.txt", Type: "text/plain", Size: size,
	}})
	require.NoError(t, err)
	u, err := url.Parse(address)
	require.NoError(t, err)
	return a, u
}

func TestABodyThatStopsIsGivenUp(t *testing.T) {
	for name, pace := range map[string]files.Pace{
		"a pause":           {Stall: 50 * time.Millisecond, Grace: time.Hour, Rate: 1 << 20},
		"too slow in total": {Stall: time.Hour, Grace: 50 * time.Millisecond, Rate: 1 << 20},
	} {
		t.Run("RS-123 CH-534 "+name, func(t *testing.T) {
			s, dir, _ := hasty(t, pace)
			a, u := begin(t, s, 100)
			c, err := net.Dial("tcp", u.Host)
			require.NoError(t, err)
			defer c.Close()
			_, err = fmt.Fprintf(c, "PUT %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\nsome of it", u.RequestURI(), u.Host)
			require.NoError(t, err)
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			require.NoError(t, err)
			defer res.Body.Close()
			require.Equal(t, 400, res.StatusCode)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Contains(t, string(body), "INVALID_UPLOAD")
			for _, name := range kept(t, dir) {
				require.NotContains(t, name, ".bytes")
				require.NotContains(t, name, "tmp")
			}
			up, err := s.Upload(t.Context(), a.App, a.Owner, a.ID)
			require.NoError(t, err)
			require.Equal(t, assets.Pending, up.State)
		})
	}
}

func TestAReaderWhoStopsIsGivenUp(t *testing.T) {
	s, _, answered := hasty(t, files.Pace{Stall: 50 * time.Millisecond, Grace: time.Hour, Rate: 1 << 20})
	const size = 25 << 20 // more than the buffers of a connection hold
	a, u := begin(t, s, size)
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPut, u.String(), strings.NewReader(strings.Repeat("x", size)))
	require.NoError(t, err)
	sent, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	require.NoError(t, sent.Body.Close())
	require.Equal(t, 204, sent.StatusCode)
	require.Equal(t, http.MethodPut, <-answered)
	_, err = s.Complete(t.Context(), a.App, a.Owner, a.ID)
	require.NoError(t, err)

	address, _ := s.URL(a.App, a.ID.String(), assets.Full)
	u, err = url.Parse(address)
	require.NoError(t, err)
	c, err := net.Dial("tcp", u.Host)
	require.NoError(t, err)
	defer c.Close()
	_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", u.RequestURI(), u.Host)
	require.NoError(t, err)
	require.Equal(t, http.MethodGet, <-answered, "nothing was read, and the server has given up")
	got, _ := io.Copy(io.Discard, c)
	require.Less(t, got, int64(size), "RS-123 CH-540 a reader that stops gets no more")
}
