package projections

import (
	"context"
	"errors"
	"fmt"
)

// Job is a rebuild or a comparison that this node makes, or how it ended.
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
	ErrUnderWay  = errors.New("it is under way already")
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
	return r.begin(p, kindRebuild, o, r.rebuild)
}

// Kinds of jobs. Of each there is one at a time for a projection.
const (
	kindRebuild = "rebuild"
	kindVerify  = "verify"
)

func (r *Runtime) begin(p *projector, kind string, o RebuildOptions, work func(context.Context, *Job) error) (*Job, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.life.Err() != nil {
		return nil, errEnded
	}
	key := jobKey{p.Name, kind}
	if j := r.jobs[key]; j != nil {
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
	r.jobs[key] = j
	r.working.Go(func() { r.work(j, work) })
	return j, nil
}

type jobKey struct{ projection, kind string }

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

// StartVerify begins to compare a projection with the log; the verdict is in
// the job's progress when it has ended.
func (r *Runtime) StartVerify(name string) (*Job, error) {
	p, ok := r.byName[name]
	if !ok {
		return nil, ErrUnknown
	}
	return r.begin(p, kindVerify, RebuildOptions{}, func(ctx context.Context, j *Job) error {
		v, err := r.maker.verify(ctx, j.order)
		if err == nil {
			j.progress.update(func(p *Progress) { p.Verdict = &v })
		}
		return err
	})
}

// LastRebuild is the last rebuild of a projection on this node, nil if there was
// none.
func (r *Runtime) LastRebuild(name string) *Job { return r.last(name, kindRebuild) }

// LastVerify is the last comparison of a projection on this node, nil if there
// was none.
func (r *Runtime) LastVerify(name string) *Job { return r.last(name, kindVerify) }

func (r *Runtime) last(name, kind string) *Job {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jobs[jobKey{name, kind}]
}

// work does a job and notes how it ended.
func (r *Runtime) work(j *Job, work func(context.Context, *Job) error) {
	defer close(j.done)
	j.err = work(r.life, j)
	if r.life.Err() != nil {
		j.err = fmt.Errorf("interrupted: %w", r.life.Err())
	}
	j.progress.update(func(p *Progress) {
		if p.Phase, p.Left = Done, 0; j.err != nil {
			p.Phase, p.Error = Failed, j.err.Error()
		}
	})
}

// rebuild makes a build and has this node go on with it; the others hear of it.
func (r *Runtime) rebuild(ctx context.Context, j *Job) error {
	defer r.nudge()
	err := r.maker.make(ctx, j.order)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.logger.Warn("rebuild failed", "projection", j.Name, "err", err)
	default:
		r.logger.Info("rebuilt", "projection", j.Name, "version", j.Version, "build", j.build)
		r.byName[j.Name].setStop(nil)
		r.feed.Restart()
	}
	return err
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
