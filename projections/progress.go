package projections

import (
	"fmt"
	"sync"
	"time"
)

// Progress is how far a build is.
type Progress struct {
	Projection string   `json:"projection"`
	Version    int      `json:"version"`
	Build      int      `json:"build"`
	Phase      Phase    `json:"phase"`
	Position   int64    `json:"position"`
	Target     int64    `json:"target"`
	PerSecond  float64  `json:"per_second"`
	Left       float64  `json:"seconds_left"` // an estimate; 0 if there is none
	Parked     []Parked `json:"parked,omitempty"`
	Error      string   `json:"error,omitempty"`
	Verdict    *Verdict `json:"verdict,omitempty"` // of a comparison that has ended
}

// Phase is what a build is doing.
type Phase string

// Phases of a build, in order.
const (
	Waiting   Phase = "waiting" // another node builds it
	Applying  Phase = "applying"
	Indexing  Phase = "indexing"
	Switching Phase = "switching"
	Comparing Phase = "comparing"
	Done      Phase = "done"
	Failed    Phase = "failed"
)

// Percent of the log that is applied.
func (p Progress) Percent() float64 {
	if p.Target == 0 {
		return 100
	}
	return 100 * float64(p.Position) / float64(max(p.Target, p.Position))
}

func (p Progress) String() string {
	text := fmt.Sprintf("%s v%d", p.Projection, p.Version)
	switch p.Phase {
	case Applying:
		text += fmt.Sprintf(": %.0f %%", p.Percent())
		if p.Left > 0 {
			text += ", about " + roughly(time.Duration(p.Left*float64(time.Second))) + " left"
		}
		return text
	case Failed:
		return text + ": failed: " + p.Error
	}
	return text + ": " + string(p.Phase)
}

func roughly(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds())+1)
	}
	return d.Round(time.Second).String()
}

// tracker follows a build for those who want to know.
type tracker struct {
	mu      sync.Mutex
	now     Progress
	began   time.Time
	from    int64
	notify  func(Progress)
	changed chan struct{}
}

func newTracker(p Projection, notify func(Progress)) *tracker {
	return &tracker{
		now:    Progress{Projection: p.Name, Version: p.Version, Phase: Waiting},
		notify: notify, changed: make(chan struct{}),
	}
}

func (t *tracker) update(change func(*Progress)) {
	t.mu.Lock()
	change(&t.now)
	now := t.now
	close(t.changed)
	t.changed = make(chan struct{})
	t.mu.Unlock()
	if t.notify != nil {
		t.notify(now)
	}
}

// begin starts the clock of the estimate.
func (t *tracker) begin(b *tables, target int64) {
	t.update(func(p *Progress) {
		t.began, t.from = time.Now(), b.stored
		p.Build, p.Phase, p.Position, p.Target, p.Parked = b.build, Applying, b.stored, target, b.parked.list()
	})
}

func (t *tracker) reach(b *tables, position int64) {
	t.update(func(p *Progress) {
		p.Position, p.Parked = position, b.parked.list()
		p.Target = max(p.Target, position)
		if took := time.Since(t.began).Seconds(); took > 0 {
			p.PerSecond = float64(position-t.from) / took
		}
		if p.Left = 0; p.PerSecond > 0 {
			p.Left = float64(p.Target-position) / p.PerSecond
		}
	})
}

func (t *tracker) phase(now Phase) { t.update(func(p *Progress) { p.Phase, p.Left = now, 0 }) }

// progress is how far it is, and a channel that is closed when that changes.
func (t *tracker) progress() (Progress, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now, t.changed
}
