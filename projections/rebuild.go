package projections

import (
	"context"
	"errors"
	"fmt"
)

// Job is a rebuild that this node makes, or how it ended.
type Job struct {
	*order
	done chan struct{}
	err  error // once done
}

// Progress is how far it is; changed is closed when it is farther.
func (j *Job) Progress() (now Progress, changed <-chan struct{}) { return j.progress.progress() }

// Done is closed when the job has ended.
func (j *Job) Done() <-chan struct{} { return j.done }

// Wait returns when the job has ended, with what went wrong.
func (j *Job) Wait(ctx context.Context) error {
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Refusals of rebuilds.
var (
	ErrUnknown   = errors.New("there is no such projection")
	ErrUnderWay  = errors.New("it is being rebuilt already")
	ErrNotParked = errors.New("nothing is parked")
	errEnded     = errors.New("the projections have ended")
)

// Rebuild begins to build a projection from the start of the log, or goes on
// with a build that was not finished, while the live one goes on; in the end
// the new one is shown.
func (r *Runtime) Rebuild(name string, o RebuildOptions) (*Job, error) {
	p, ok := r.byName[name]
	if !ok {
		return nil, ErrUnknown
	}
	if o.Rate < 0 {
		return nil, errors.New("a rate is not negative")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.life.Err() != nil {
		return nil, errEnded
	}
	if j := r.jobs[name]; j != nil {
		select {
		case <-j.done:
		default:
			return j, ErrUnderWay
		}
	}
	j := &Job{
		order: &order{Projection: p.Projection, RebuildOptions: o, demand: r.demandOf(), progress: newTracker(p.Projection, nil)},
		done:  make(chan struct{}),
	}
	r.jobs[name] = j
	r.working.Go(func() { r.work(r.life, j) })
	return j, nil
}

// Resume rebuilds a projection of which something is parked, by code that can
// apply it now. The new build is shown if less is parked then.
func (r *Runtime) Resume(name string, o RebuildOptions) (*Job, error) {
	p, ok := r.byName[name]
	if !ok {
		return nil, ErrUnknown
	}
	p.mu.Lock()
	parked := len(p.parked)
	p.mu.Unlock()
	if parked == 0 {
		return nil, ErrNotParked
	}
	o.Fewer = true
	return r.Rebuild(name, o)
}

// Job is the last rebuild of a projection on this node, nil if there was none.
func (r *Runtime) Job(name string) *Job {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jobs[name]
}

func (r *Runtime) work(ctx context.Context, j *Job) {
	defer close(j.done)
	err := r.maker.make(ctx, j.order)
	j.err = err
	switch {
	case ctx.Err() != nil:
		j.err = fmt.Errorf("interrupted, the next start goes on: %w", ctx.Err())
	case err != nil:
		r.logger.Warn("rebuild failed", "projection", j.Name, "err", err)
	default:
		r.logger.Info("rebuilt", "projection", j.Name, "version", j.Version, "build", j.build)
		r.byName[j.Name].setStop(nil)
		r.feed.Restart()
	}
	r.nudge()
	j.progress.update(func(p *Progress) {
		if p.Phase, p.Left = Done, 0; j.err != nil {
			p.Phase, p.Error = Failed, j.err.Error()
		}
	})
}

// demandOf tells one build what the readers of this node want.
func (r *Runtime) demandOf() func() demand {
	before := r.reads.Load()
	return func() demand {
		now := r.reads.Load()
		d := demand{reads: now != before, waiting: r.waiting.Load() > 0}
		before = now
		return d
	}
}

// goOn takes up the builds that a former process has left.
func (r *Runtime) goOn(ctx context.Context) {
	for _, p := range r.all {
		_, err := findBuild(ctx, r.maker.db, p.Projection, `b.state = 'building'`)
		if err != nil {
			continue // none, or nobody can know now
		}
		if _, err := r.Rebuild(p.Name, RebuildOptions{}); err != nil {
			r.logger.Warn("an unfinished build is left alone", "projection", p.Name, "err", err)
		}
	}
}
