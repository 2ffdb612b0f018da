package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far long work is: a bar on a terminal, plain lines
// elsewhere, at most one every few seconds.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	what  string // what is done, and what it is counted in
	unit  string
	bar   *progressbar.ProgressBar // nil: plain lines
	total int64                    // -1: not known
	done  int64
	began time.Time
	shown time.Time
}

const progressEvery = 5 * time.Second

// newProgress begins to show work on w; total -1 when it is not known.
func newProgress(w io.Writer, what, unit string, total int64) *progress {
	p := &progress{w: w, what: what, unit: unit, total: total, began: time.Now(), shown: time.Now()}
	if terminal(w) {
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(unit),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	}
	return p
}

// set says how much is done, and of how much.
func (p *progress) set(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = done, total
	if p.bar != nil {
		p.bar.ChangeMax64(total)
		_ = p.bar.Set64(done) // a bar that cannot be drawn does no harm
		return
	}
	if time.Since(p.shown) >= progressEvery {
		p.shown = time.Now()
		fmt.Fprintln(p.w, p.line())
	}
}

// add says that more is done.
func (p *progress) add(n int64) {
	p.mu.Lock()
	done, total := p.done+n, p.total
	p.mu.Unlock()
	p.set(done, total)
}

// line says in words how far the work is and when it may end.
func (p *progress) line() string {
	took := time.Since(p.began)
	rate := float64(p.done) / took.Seconds()
	if p.total <= 0 {
		return fmt.Sprintf("%s: %d %s, %.0f/s", p.what, p.done, p.unit, rate)
	}
	line := fmt.Sprintf("%s: %d of %d %s (%d %%), %.0f/s", p.what, p.done, p.total, p.unit, 100*p.done/p.total, rate)
	if rate > 0 && p.done < p.total {
		left := time.Duration(float64(p.total-p.done) / rate * float64(time.Second))
		line += fmt.Sprintf(", about %s left", left.Round(time.Second))
	}
	return line
}

// finish ends the showing.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
