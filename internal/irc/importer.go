package irc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Result is the answer to a command.
type Result struct {
	Line   int    `json:"line"`
	Status string `json:"status"`
	Error  *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// The statuses of results: what came to pass, what was there already, what
// needed nothing, what is not allowed, what may be tried again.
const (
	Done      = "done"
	Repeated  = "repeated"
	Unchanged = "unchanged"
	Refused   = "refused"
	Failed    = "failed"
)

// Importer sends the commands of a log: in order within a room, rooms side by
// side.
type Importer struct {
	// Send carries out commands and answers each; it tries again by itself
	// what a server that is away has failed to do.
	Send func(context.Context, []Command) ([]Result, error)
	// SkipBad goes on behind broken lines and refused commands.
	SkipBad bool
	// Progress is told how many entries are done, from one goroutine at a
	// time; nil for nobody.
	Progress func(entries int)
	// Bad is told of each broken line and refused command that is skipped.
	Bad func(error)

	mu   sync.Mutex
	done map[string]int // results by status
}

// Sizes of what is read ahead and of requests.
const (
	window      = 250_000 // entries held in memory
	lanes       = 4       // requests under way
	maxCommands = 1000    // of a request
)

// queued are the commands of an entry.
type queued struct {
	entry    Entry
	commands []Command
}

// Import sends everything that a file says. The first broken line or refused
// command ends it, unless they are to be skipped: what comes before in the file
// is imported, what the same requests carry may be.
func (i *Importer) Import(ctx context.Context, r *Reader, m *Mapper) error {
	i.done = map[string]int{}
	for {
		rooms, order, end := i.read(r, m)
		if err := i.send(ctx, rooms, order); err != nil {
			return err
		}
		switch {
		case errors.Is(end, io.EOF):
			return nil
		case end != nil:
			return end
		}
	}
}

// Results counts the answers by status.
func (i *Importer) Results() map[string]int { return i.done }

// read fills a window; end is nil when there is more.
func (i *Importer) read(r *Reader, m *Mapper) (rooms map[string][]queued, order []string, end error) {
	rooms = map[string][]queued{}
	for range window {
		e, err := r.Next()
		var broken *LineError
		switch {
		case errors.As(err, &broken) && i.SkipBad:
			m.Broken++
			i.bad(err)
			continue
		case err != nil:
			return rooms, order, err
		}
		if rooms[e.Room] == nil {
			order = append(order, e.Room)
		}
		rooms[e.Room] = append(rooms[e.Room], queued{e, m.Map(e)})
	}
	return rooms, order, nil
}

func (i *Importer) bad(err error) {
	if i.Bad != nil {
		i.Bad(err)
	}
}

// send shares the rooms out to the lanes.
func (i *Importer) send(ctx context.Context, rooms map[string][]queued, order []string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for lane := range lanes {
		var mine [][]queued
		for n := lane; n < len(order); n += lanes {
			mine = append(mine, rooms[order[n]])
		}
		running.Go(func() {
			if err := i.lane(ctx, mine); err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}

// lane sends its rooms, with every request the same part of each, so that all
// come to their ends together.
func (i *Importer) lane(ctx context.Context, rooms [][]queued) error {
	for len(rooms) > 0 {
		var batch []queued
		if batch, rooms = fill(rooms); len(batch) == 0 {
			return errors.New("an entry means more commands than a request takes")
		}
		if err := i.request(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// fill takes what fits into a request, and leaves the rest.
func fill(rooms [][]queued) (batch []queued, rest [][]queued) {
	total := 0
	for _, entries := range rooms {
		total += len(entries)
	}
	space := maxCommands
	for _, entries := range rooms {
		n := 0
		for share := maxCommands*len(entries)/total + 1; n < len(entries) && share > 0; n++ {
			size := len(entries[n].commands)
			if size > space {
				break
			}
			space, share = space-size, share-max(size, 1)
		}
		batch = append(batch, entries[:n]...)
		if n < len(entries) {
			rest = append(rest, entries[n:])
		}
	}
	return batch, rest
}

func (i *Importer) request(ctx context.Context, batch []queued) error {
	var commands []Command
	var entries []Entry
	for _, q := range batch {
		for _, c := range q.commands {
			commands, entries = append(commands, c), append(entries, q.entry)
		}
	}
	if len(commands) > 0 {
		results, err := i.Send(ctx, commands)
		if err != nil {
			return err
		}
		if len(results) != len(commands) {
			return fmt.Errorf("the server answered %d of %d commands", len(results), len(commands))
		}
		if err := i.judge(commands, entries, results); err != nil {
			return err
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.Progress != nil {
		i.Progress(len(batch))
	}
	return nil
}

// judge counts results and finds what was refused.
func (i *Importer) judge(commands []Command, entries []Entry, results []Result) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, r := range results {
		i.done[r.Status]++
		if r.Error == nil {
			continue
		}
		err := fmt.Errorf("entry n=%d of %s by %s: %s: %s (%s)", entries[n].N, entries[n].Room, entries[n].User, commands[n].Op,
			r.Error.Message, r.Error.Code)
		if r.Status != Refused || !i.SkipBad {
			return err
		}
		i.bad(err)
	}
	return nil
}
