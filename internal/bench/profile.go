package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// profile takes a CPU profile of parley for as long as a cell lasts, if
// profiles are wanted; the returned function waits for it.
func (w *world) profile(ctx context.Context, t target, c Cell) (wait func() error) {
	if w.Profile == "" || t.admin == "" {
		return func() error { return nil }
	}
	name := fmt.Sprintf("%s-%d-clients-%d-channels-round-%d.pprof", c.What, c.Clients, c.Channels, c.Round+1)
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", t.admin, max(1, int((w.warm()+w.Time).Seconds())))
	done := make(chan error, 1)
	go func() { done <- download(ctx, url, filepath.Join(w.Profile, name)) }()
	return func() error { return <-done }
}

func download(ctx context.Context, url, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("profile: %s", r.Status)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r.Body)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
