package assets

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

// watchedStore counts what is put and opened by the last part of a key, and
// fails as a test says.
type watchedStore struct {
	Store
	mu     sync.Mutex
	puts   map[string]int
	opens  map[string]int
	broken string // opening it gives a file that cannot be read
	unput  string // putting it fails
}

func watch(s Store) *watchedStore {
	return &watchedStore{Store: s, puts: map[string]int{}, opens: map[string]int{}}
}

func (w *watchedStore) Put(ctx context.Context, key string, size int64, r io.Reader) error {
	w.mu.Lock()
	name := path.Ext(key)
	w.puts[name]++
	fail := name == w.unput
	w.mu.Unlock()
	if fail {
		return errBroken
	}
	return w.Store.Put(ctx, key, size, r)
}

var errBroken = errors.New("broken")

func (w *watchedStore) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opens[path.Ext(key)]++
	f, err := w.Store.Open(ctx, key)
	if err == nil && path.Ext(key) == w.broken {
		return brokenFile{f}, nil
	}
	return f, err
}

type brokenFile struct{ io.ReadSeekCloser }

func (brokenFile) Read([]byte) (int, error) { return 0, errBroken }

// house is a service over a folder, with a clock.
type house struct {
	*Service
	store *watchedStore
	now   time.Time
}

func newHouse(t *testing.T, dir string) *house {
	t.Helper()
	d, err := OpenDisk(dir, 0)
	require.NoError(t, err)
	h := &house{store: watch(d), now: time.Unix(1_790_000_000, 0)}
	h.Service, err = New(Config{
		Store: h.store, Key: strings.Repeat("k", 32), URL: "http://127.0.0.1/v1/assets", Now: func() time.Time { return h.now },
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		h.Close()
		_ = d.Close()
	})
	return h
}

func (h *house) begin(t *testing.T, contentType string, size int) Asset {
	t.Helper()
	a, _, err := h.Begin(t.Context(), NewUpload{App: "demo", Owner: "ann", Channel: 1, NewUpload: domain.NewUpload{
		For: domain.UploadAttachment, File: "a", Type: contentType, Size: int64(size),
	}})
	require.NoError(t, err)
	return a
}

func (h *house) receive(t *testing.T, a Asset, b []byte) error {
	t.Helper()
	return h.Receive(t.Context(), Grant{App: a.App, ID: a.ID}, int64(len(b)), bytes.NewReader(b))
}

// keepFile is a complete asset.
func (h *house) keepFile(t *testing.T, contentType string, b []byte) Asset {
	t.Helper()
	a := h.begin(t, contentType, len(b))
	require.NoError(t, h.receive(t, a, b))
	a, err := h.Complete(t.Context(), a.App, a.Owner, a.ID)
	require.NoError(t, err)
	return a
}

func (h *house) fetch(ctx context.Context, a Asset, size string) ([]byte, error) {
	c, err := h.Content(ctx, Grant{App: a.App, ID: a.ID, Size: size})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return io.ReadAll(c)
}

func photo(t *testing.T) []byte { return encodeJPEG(t, image.NewGray(image.Rect(0, 0, 600, 300))) }

func TestWhatWasCompletedSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	var ready, sent, begun Asset
	b := photo(t)
	t.Run("before", func(t *testing.T) {
		h := newHouse(t, dir)
		ready, sent, begun = h.keepFile(t, typeJPEG, b), h.begin(t, typeJPEG, len(b)), h.begin(t, typeJPEG, len(b))
		require.NoError(t, h.receive(t, sent, b))
		_, err := h.fetch(t.Context(), ready, "512")
		require.NoError(t, err)
	})
	h := newHouse(t, dir)
	got, err := h.fetch(t.Context(), ready, Full)
	require.NoError(t, err)
	require.Equal(t, b, got, "CH-540 after a restart")
	small, err := h.fetch(t.Context(), ready, "256")
	require.NoError(t, err)
	require.NotEmpty(t, small)
	require.Zero(t, h.store.puts[".256"], "CH-544 made once")
	sent, err = h.Complete(t.Context(), sent.App, sent.Owner, sent.ID)
	require.NoError(t, err, "CH-536 after a restart")
	require.Equal(t, ready.SHA256, sent.SHA256)
	require.NoError(t, h.receive(t, begun, b), "CH-534 after a restart")
}

func TestCrashesBetweenTheSteps(t *testing.T) {
	b := photo(t)
	t.Run("CH-535 the bytes are kept, what is known of them is not: they may be sent again", func(t *testing.T) {
		h := newHouse(t, t.TempDir())
		a := h.begin(t, typeJPEG, len(b))
		h.store.unput = ".json"
		require.ErrorIs(t, h.receive(t, a, b), errBroken)
		h.store.unput = ""
		require.NoError(t, h.receive(t, a, b))
	})
	t.Run("CH-536 complete, but still noted as pending: the sweep sets it right", func(t *testing.T) {
		h := newHouse(t, t.TempDir())
		a := h.begin(t, typeJPEG, len(b))
		require.NoError(t, h.receive(t, a, b))
		h.store.unput = path.Ext(a.readyNote().String())
		_, err := h.Complete(t.Context(), a.App, a.Owner, a.ID)
		require.ErrorIs(t, err, errBroken)
		h.store.unput = ""
		h.now = h.now.Add(4 * time.Hour)
		gone, err := h.Sweep(t.Context())
		require.NoError(t, err)
		require.Zero(t, gone)
		notes, err := h.notes(t.Context(), ownerKey(a.App, a.Owner))
		require.NoError(t, err)
		require.Equal(t, []note{a.readyNote()}, notes)
		_, err = h.fetch(t.Context(), a, Full)
		require.NoError(t, err)
	})
	t.Run("CH-530 noted, but not announced: the sweep takes the note", func(t *testing.T) {
		h := newHouse(t, t.TempDir())
		h.store.unput = ".json"
		_, _, err := h.Begin(t.Context(), NewUpload{App: "demo", Owner: "ann", NewUpload: domain.NewUpload{
			For: domain.UploadAttachment, File: "a", Type: plainText, Size: 1,
		}})
		require.ErrorIs(t, err, errBroken)
		h.now = h.now.Add(4 * time.Hour)
		gone, err := h.Sweep(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, gone)
	})
}

func TestOnlyOneSendsTheBytes(t *testing.T) {
	h := newHouse(t, t.TempDir())
	a := h.begin(t, plainText, 4)
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- h.Receive(t.Context(), Grant{App: a.App, ID: a.ID}, 4, r) }()
	_, err := w.Write([]byte("te"))
	require.NoError(t, err)
	require.ErrorIs(t, h.receive(t, a, []byte("text")), domain.ErrUploadExists, "CH-535 being sent already")
	up, err := h.Upload(t.Context(), a.App, a.Owner, a.ID)
	require.NoError(t, err)
	require.Equal(t, Processing, up.State, "CH-537 the bytes are coming")
	h.now = h.now.Add(4 * time.Hour)
	gone, err := h.Sweep(t.Context())
	require.NoError(t, err)
	require.Zero(t, gone, "CH-537 what is being sent is not swept")
	_, err = w.Write([]byte("xt"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, <-done)
}

func TestASenderWhoGoesAway(t *testing.T) {
	h := newHouse(t, t.TempDir())
	a := h.begin(t, plainText, 4)
	err := h.Receive(t.Context(), Grant{App: a.App, ID: a.ID}, 4, io.MultiReader(strings.NewReader("te"), brokenFile{}))
	require.ErrorIs(t, err, domain.ErrInvalidUpload, "CH-535 RS-123")
	_, err = h.store.Open(t.Context(), keyOf(a.App, a.ID, bytesName))
	require.ErrorIs(t, err, fs.ErrNotExist, "nothing is kept")
	require.NoError(t, h.receive(t, a, []byte("text")))
}

func TestSmallerSizesAreMadeOnce(t *testing.T) {
	h := newHouse(t, t.TempDir())
	a := h.keepFile(t, typeJPEG, photo(t))
	h.thumbs.turn <- struct{}{} // nothing is made until this is taken back
	var askers sync.WaitGroup
	errs := make(chan error, 64)
	for i := range cap(errs) {
		askers.Go(func() {
			_, err := h.fetch(t.Context(), a, Sizes[1+i%4])
			errs <- err
		})
	}
	<-h.thumbs.turn
	askers.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	for _, size := range Sizes[1:] {
		require.Equal(t, 1, h.store.puts["."+size], "CH-544 made once")
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	h := newHouse(t, t.TempDir())
	a := h.keepFile(t, typeJPEG, photo(t))
	for range thumbQueue {
		h.thumbs.places <- struct{}{}
	}
	_, err := h.fetch(t.Context(), a, "512")
	require.ErrorIs(t, err, domain.ErrUnavailable, "CH-544 too many wait")
	<-h.thumbs.places
	_, err = h.fetch(t.Context(), a, "512")
	require.NoError(t, err)
}

func TestAnAskerWhoGoesAwayStopsNobody(t *testing.T) {
	h := newHouse(t, t.TempDir())
	a := h.keepFile(t, typeJPEG, photo(t))
	h.thumbs.turn <- struct{}{}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.fetch(gone, a, "512")
	require.ErrorIs(t, err, domain.ErrUnavailable)
	<-h.thumbs.turn
	_, err = h.fetch(t.Context(), a, "512")
	require.NoError(t, err)
	require.Equal(t, 1, h.store.puts[".512"])
}

func TestWhatCannotBeMadeIsNotTriedAgain(t *testing.T) {
	b := photo(t)
	t.Run("RS-124 CH-544 a broken image", func(t *testing.T) {
		h := newHouse(t, t.TempDir())
		a := h.keepFile(t, typeJPEG, b[:len(b)-len(b)/2])
		for range 3 {
			_, err := h.fetch(t.Context(), a, "512")
			require.ErrorIs(t, err, domain.ErrAssetNotFound)
		}
		require.Equal(t, 2, h.store.opens[".bytes"], "when it came, and when it was tried")
	})
	t.Run("CH-544 one that takes too long", func(t *testing.T) {
		h := newHouse(t, t.TempDir())
		a := h.keepFile(t, typeJPEG, b)
		h.thumbs.timeout = time.Nanosecond
		for range 3 {
			_, err := h.fetch(t.Context(), a, "512")
			require.ErrorIs(t, err, domain.ErrAssetNotFound)
		}
		require.Equal(t, 2, h.store.opens[".bytes"])
	})
	t.Run("a store that cannot be read says nothing about the image", func(t *testing.T) {
		h := newHouse(t, t.TempDir())
		a := h.keepFile(t, typeJPEG, b)
		h.store.broken = ".bytes"
		_, err := h.fetch(t.Context(), a, "512")
		require.ErrorIs(t, err, errBroken)
		h.store.broken = ""
		_, err = h.fetch(t.Context(), a, "512")
		require.NoError(t, err)
	})
}

func TestIDsAreRandom(t *testing.T) {
	seen, rising := map[ID]bool{}, 0
	last := ID(0)
	for range 1000 {
		id := newID()
		require.Positive(t, id)
		require.False(t, seen[id])
		seen[id] = true
		if id > last {
			rising++
		}
		last = id
	}
	require.Less(t, rising, 700, "CH-530 not in order of time")
}

func TestNamesOfFiles(t *testing.T) {
	long := strings.Repeat("é", 200)
	for name, want := range map[string]string{
		"a.txt": "a.txt", " a .txt ": "a .txt", "../../etc/passwd": "....etcpasswd", "": noName, "...": noName, "a\r\nb": "ab",
		"a\x00b": "ab", "\u202egpj.exe\u202c": "gpj.exe", "con": "con", "\u2067x\u2069\u200f\u061c": "x", "a\xffb": "ab",
		long + ".jpeg": strings.Repeat("é", 125) + ".jpeg", long + "." + long: strings.Repeat("é", 127),
	} {
		got := cleanName(name)
		require.Equal(t, want, got, "RS-124 CH-545 %q", name)
		require.LessOrEqual(t, len(got), maxName)
		require.Equal(t, got, cleanName(got))
	}
	require.Equal(t, `attachment; filename="a_b_c_.html"; filename*=UTF-8''a%22b%5Cc%25.html`, disposition("text/html", `a"b\c%.html`))
}
