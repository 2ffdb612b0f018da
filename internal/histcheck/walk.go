package histcheck

import (
	"fmt"
	"maps"
	"slices"
)

// Fetch reads one page of a channel. An empty cursor asks for the newest page
// (Before) or for the oldest (After).
type Fetch func(direction Direction, cursor string) (messages []Message, hasMore bool, err error)

// Walk reads a channel page by page from the newest message to the oldest and
// then back, using the last id of a page as the next cursor, and returns all
// messages it met, oldest first. It reports what a patient reader would notice
// without further knowledge: a message met twice, a page in the wrong order, a
// page that promises more and gives nothing, and a hole, which is a message
// met in one direction only. On the way back newer ones may have arrived.
//
// The error is that of fetch; the walk is then incomplete and returns no messages.
func Walk(channel string, fetch Fetch) ([]Message, []Violation, error) {
	w := walk{channel: channel, fetch: fetch}
	down, err := w.read(Before)
	if err != nil {
		return nil, w.found, err
	}
	up, err := w.read(After)
	if err != nil {
		return nil, w.found, err
	}
	return w.merge(down, up), w.found, nil
}

// walk is a reading in progress.
type walk struct {
	channel string
	fetch   Fetch
	found   []Violation
}

func (w *walk) report(k Kind, format string, args ...any) {
	w.found = append(w.found, Violation{k, w.channel, fmt.Sprintf(format, args...)})
}

// read follows the pages in one direction until has_more is false. A page that
// brings nothing new ends the reading, so a server cannot lead it in circles.
func (w *walk) read(direction Direction) (map[int64]Message, error) {
	met := make(map[int64]Message)
	cursor, last := "", int64(0)
	for {
		messages, more, err := w.fetch(direction, cursor)
		if err != nil {
			return nil, fmt.Errorf("page %s %q of channel %s: %w", direction, cursor, w.channel, err)
		}
		before := len(met)
		for _, m := range messages {
			last = w.meet(direction, met, last, m)
		}
		if !more {
			return met, nil
		}
		if len(met) == before {
			w.report(HasMore, "the page %s %q has has_more true and brings nothing new", direction, cursor)
			return met, nil
		}
		cursor = messages[len(messages)-1].ID
	}
}

// meet adds a message to those met and returns its id, the last one of the walk.
func (w *walk) meet(direction Direction, met map[int64]Message, last int64, m Message) int64 {
	id, ok := parseID(m.ID)
	if !ok {
		w.report(IDForm, "the walk %s met the id %q", direction, m.ID)
		return last
	}
	if _, again := met[id]; again {
		w.report(Double, "the walk %s met %s twice", direction, m.ID)
		return last
	}
	if last != 0 && (id > last) != (direction == After) {
		w.report(PageOrder, "the walk %s met %s after %d", direction, m.ID, last)
	}
	met[id] = m
	return id
}

// merge compares the two readings and joins them.
func (w *walk) merge(down, up map[int64]Message) []Message {
	newest := int64(0)
	for id := range down {
		newest = max(newest, id)
	}
	all := maps.Clone(up)
	maps.Copy(all, down)
	var messages []Message
	for _, id := range slices.Sorted(maps.Keys(all)) {
		older, inDown := down[id]
		newer, inUp := up[id]
		switch {
		case !inUp:
			w.report(Hole, "%d was met towards older but not towards newer", id)
		case !inDown && id < newest:
			w.report(Hole, "%d was met towards newer but not towards older", id)
		case inDown && older.Body != newer.Body:
			w.report(Altered, "%d was met as %q and as %q", id, older.Body, newer.Body)
		}
		messages = append(messages, all[id])
	}
	return messages
}
