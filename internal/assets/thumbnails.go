package assets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"parley/domain"
)

// Bounds of the making of smaller sizes: one image at a time, so many waiting,
// and so long for one.
const (
	thumbQueue   = 32
	thumbTimeout = 20 * time.Second
)

// thumbnailer makes smaller sizes of images, all of an image at once.
type thumbnailer struct {
	s       *Service
	timeout time.Duration
	flights singleflight.Group
	places  chan struct{} // in the queue
	turn    chan struct{}
	ctx     context.Context
	cancel  context.CancelFunc
	closing sync.Once

	mu   sync.Mutex
	slow map[ID]bool // took too long once
}

func newThumbnailer(s *Service) *thumbnailer {
	t := &thumbnailer{
		s: s, timeout: thumbTimeout, slow: map[ID]bool{},
		places: make(chan struct{}, thumbQueue), turn: make(chan struct{}, 1),
	}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// Close ends the making of smaller sizes, and keeps the turn for ever. Closing
// again does nothing.
func (s *Service) Close() {
	s.thumbs.closing.Do(func() {
		s.thumbs.cancel()
		s.thumbs.turn <- struct{}{}
	})
}

// open opens an image in a size, which it makes if nobody has yet.
func (t *thumbnailer) open(ctx context.Context, a Asset, size string) (io.ReadSeekCloser, error) {
	f, err := t.s.openThumb(ctx, a, size)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if t.wasSlow(a.ID) {
		return nil, errUnfit
	}
	done := t.flights.DoChan(string(a.App)+"."+a.ID.String(), func() (any, error) {
		return nil, t.queue(a)
	})
	select {
	case made := <-done:
		if made.Err != nil {
			return nil, refused(made.Err)
		}
	case <-ctx.Done():
		return nil, domain.ErrUnavailable.Because("the smaller image is not ready yet; try again")
	}
	return t.s.openThumb(ctx, a, size)
}

// queue waits for its turn, unless too many do.
func (t *thumbnailer) queue(a Asset) error {
	select {
	case t.places <- struct{}{}:
		defer func() { <-t.places }()
	default:
		return domain.ErrUnavailable.Because("too many images wait to be made smaller; try again")
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-t.ctx.Done():
		return domain.ErrUnavailable
	}
	ctx, cancel := context.WithTimeout(t.ctx, t.timeout)
	defer cancel()
	err := t.make(ctx, a)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		t.markSlow(a.ID)
		return errUnfit
	case errors.Is(err, context.Canceled):
		return domain.ErrUnavailable
	}
	return err
}

// make makes every smaller size and keeps it. That an image is no good is kept
// too.
func (t *thumbnailer) make(ctx context.Context, a Asset) error {
	f, err := t.s.Store.Open(ctx, keyOf(a.App, a.ID, bytesName))
	if err != nil {
		return fmt.Errorf("asset %s: %w", a.ID, err)
	}
	defer f.Close()
	source := &source{ReadSeeker: f}
	thumbs, err := smaller(ctx, a.Type, source)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case source.fault != nil:
		return fmt.Errorf("read asset %s: %w", a.ID, source.fault)
	case err != nil:
		return t.s.put(ctx, keyOf(a.App, a.ID, unfitName), []byte(err.Error()+"\n"))
	}
	for size, b := range thumbs {
		if err := t.s.put(ctx, keyOf(a.App, a.ID, size), b); err != nil {
			return err
		}
	}
	return nil
}

// source tells a store that cannot be read from an image that is no good.
type source struct {
	io.ReadSeeker
	fault error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.fault = err
	}
	return n, err
}

// smaller makes the smaller sizes of an image, each of the next larger one.
func smaller(ctx context.Context, contentType string, f io.ReadSeeker) (map[string][]byte, error) {
	if fault := imageFault(contentType, f, maxDecodedPixels); fault != nil {
		return nil, fault
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	turned := upright
	if contentType == typeJPEG {
		turned = orientation(f)
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
	}
	m, err := decodeImage(ctx, contentType, f)
	if err != nil {
		return nil, err
	}
	thumbs := map[string][]byte{}
	for i, size := range Sizes[1:] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		small := shrink(m, edges[size])
		if i == 0 {
			small = turn(small, turned)
		}
		m = small
		if thumbs[size], err = encodeImage(small); err != nil {
			return nil, err
		}
	}
	return thumbs, nil
}

const maxSlow = 1024

func (t *thumbnailer) wasSlow(id ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.slow[id]
}

func (t *thumbnailer) markSlow(id ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.slow) >= maxSlow {
		clear(t.slow)
	}
	t.slow[id] = true
}

// thumbType tells what a smaller size was encoded as, and its length.
func thumbType(f io.ReadSeeker) (contentType string, size int64, err error) {
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", 0, err
	}
	if size, err = f.Seek(0, io.SeekEnd); err != nil {
		return "", 0, err
	}
	_, err = f.Seek(0, io.SeekStart)
	return http.DetectContentType(head[:n]), size, err
}

// thumbName is a file's name with the extension of what it was encoded as.
func thumbName(name, contentType string) string {
	ext := ".jpg"
	if contentType == typePNG {
		ext = ".png"
	}
	return cutBytes(strings.TrimSuffix(name, path.Ext(name)), maxName-len(ext)) + ext
}
