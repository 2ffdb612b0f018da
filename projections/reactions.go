package projections

import (
	"cmp"
	"encoding/json"
	"slices"

	"parley/domain"
)

// shownReactors is how many users a summary names (CH-404).
const shownReactors = 100

// reactionGroup is what a summary counts together.
type reactionGroup struct {
	kind domain.ReactionKind
	name string
}

type reactionKey struct {
	reactionGroup
	reactor domain.UserID
}

// tally is the reactions of one message while a batch is folded: the summary,
// and the rows that the batch speaks of.
type tally struct {
	groups  map[reactionGroup]*reactionCount
	rows    map[reactionKey]*reactionRow
	unique  map[domain.UserID]string // the name of a user's unique reaction
	deleted bool                     // the message is a tombstone: it takes no more
	stored  bool                     // the tables hold reactions of before the batch
	changed bool                     // the summary is not the stored one any more

	wanted wanted
}

// reactionRow is a row of reactions; count 0 is none.
type reactionRow struct {
	count, ref      int64
	stored, changed bool
}

// reactionCount is an entry of a summary. Its list begins with as many of the
// oldest stored reactions as the batch can need, then come those of the batch;
// some of them may be gone again.
type reactionCount struct {
	count int64
	list  []reactor
}

// reactor is a user in the order of reacting; ref 0 is one that does not
// matter: not the first, and in a group that the batch takes nothing from.
type reactor struct {
	user domain.UserID
	ref  int64
}

func newTally() *tally {
	return &tally{
		groups: map[reactionGroup]*reactionCount{}, rows: map[reactionKey]*reactionRow{}, unique: map[domain.UserID]string{},
	}
}

// applyReaction folds an event of a message and returns the count of the
// reaction after the change, 0 for other events.
func (t *timeline) applyReaction(r domain.Recorded) int64 {
	switch e := r.Event.(type) {
	case domain.ReactionAdded:
		if y := t.tally(r); y != nil {
			return y.add(reactionKey{reactionGroup{e.Kind, e.Name}, e.By}, e)
		}
	case domain.ReactionRemoved:
		if y := t.tally(r); y != nil {
			return y.drop(reactionKey{reactionGroup{e.Kind, e.Name}, e.By})
		}
	case domain.MessageDeleted:
		if y := t.tallies[messageOf(r, r.Stream.Message)]; y != nil {
			y.wipe()
		}
	}
	return 0
}

// tally is that of the message of an event, nil if there is no such message.
func (t *timeline) tally(r domain.Recorded) *tally {
	k := messageOf(r, r.Stream.Message)
	if y := t.tallies[k]; y != nil {
		return y
	}
	row, ok := t.rows[k]
	if !ok {
		return nil
	}
	y := newTally()
	y.deleted = row.deletedAt != nil
	t.tallies[k] = y
	return y
}

// add follows domain.Message: a distinct reaction counts once, a unique one
// replaces the user's former one, multiple ones add up.
func (y *tally) add(k reactionKey, e domain.ReactionAdded) int64 {
	if y.deleted {
		return 0
	}
	if k.kind == domain.Unique {
		if former, ok := y.unique[k.reactor]; ok && former != k.name {
			y.drop(reactionKey{reactionGroup{domain.Unique, former}, k.reactor})
		}
		y.unique[k.reactor] = k.name
	}
	row, g := y.rows[k], y.groups[k.reactionGroup]
	if row == nil {
		row = &reactionRow{}
		y.rows[k] = row
	}
	if row.count > 0 && k.kind != domain.Multiple {
		return g.count
	}
	if g == nil {
		g = &reactionCount{}
		y.groups[k.reactionGroup] = g
	}
	if row.count == 0 {
		row.ref = e.Ref
		g.list = append(g.list, reactor{k.reactor, e.Ref})
	}
	n := int64(1)
	if k.kind == domain.Multiple {
		n = int64(max(e.Count, 1))
	}
	row.count += n
	g.count += n
	row.changed, y.changed = true, true
	return g.count
}

func (y *tally) drop(k reactionKey) int64 {
	row, g := y.rows[k], y.groups[k.reactionGroup]
	if g == nil {
		return 0
	}
	if row == nil || row.count == 0 {
		return g.count
	}
	if k.kind == domain.Unique {
		delete(y.unique, k.reactor)
	}
	if g.count -= row.count; g.count == 0 {
		delete(y.groups, k.reactionGroup)
	}
	row.count = 0
	row.changed, y.changed = true, true
	return g.count
}

// wipe follows the deletion of the message.
func (y *tally) wipe() {
	y.changed = y.changed || y.stored
	y.deleted = true
	clear(y.groups)
	clear(y.rows)
}

// reactionSummary is an entry of messages.reactions.
type reactionSummary struct {
	Kind  domain.ReactionKind `json:"k"`
	Name  string              `json:"n"`
	Count int64               `json:"c"`
	Ref   int64               `json:"r"`
	Users []domain.UserID     `json:"u"`
}

// summary is what the message shows, the first reaction first; nil for
// nothing.
func (y *tally) summary() *string {
	if len(y.groups) == 0 {
		return nil
	}
	list := make([]reactionSummary, 0, len(y.groups))
	for k, g := range y.groups {
		list = append(list, y.summaryOf(k, g))
	}
	slices.SortFunc(list, func(a, b reactionSummary) int {
		return cmp.Or(cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	b, _ := json.Marshal(list) // texts and numbers always encode
	text := string(b)
	return &text
}

func (y *tally) summaryOf(k reactionGroup, g *reactionCount) reactionSummary {
	s := reactionSummary{Kind: k.kind, Name: k.name, Count: g.count}
	for _, r := range g.list {
		row := y.rows[reactionKey{k, r.user}]
		if row != nil && (row.count == 0 || r.ref != 0 && r.ref != row.ref) {
			continue // taken back, and maybe given again later
		}
		if len(s.Users) == 0 {
			s.Ref = r.ref
		}
		if s.Users = append(s.Users, r.user); len(s.Users) == shownReactors {
			break
		}
	}
	return s
}
