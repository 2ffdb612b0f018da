package histcheck

import (
	"fmt"
	"strings"
)

// Kind names the rule that was broken.
type Kind string

// The kinds of violation.
const (
	Lost          Kind = "lost"           // acknowledged, not stored
	Duplicate     Kind = "duplicate"      // one key stored more than once
	RefusedStored Kind = "refused-stored" // refused, yet stored
	Phantom       Kind = "phantom"        // stored, never sent
	Altered       Kind = "altered"        // stored or shown with another body
	WrongID       Kind = "wrong-id"       // acknowledged under an id that is not the stored one
	IDChanged     Kind = "id-changed"     // a repeat of a key was given another id
	CreatedTwice  Kind = "created-twice"  // two answers for one key both claim to be the first
	IDForm        Kind = "id-form"        // not a decimal id
	IDOrder       Kind = "id-order"       // ids do not rise along the final order
	Inversion     Kind = "inversion"      // a message stands before one that was known before it was sent
	Hole          Kind = "hole"           // a page skips a message
	Double        Kind = "double"         // a page or a walk shows a message twice
	PageOrder     Kind = "page-order"     // a page is not in the order of its direction
	OutOfRange    Kind = "out-of-range"   // a page shows a message on the wrong side of its cursor
	HasMore       Kind = "has-more"       // has_more is untrue
	Vanished      Kind = "vanished"       // shown once, absent from the final order
	Stale         Kind = "stale"          // a page is older than what its reader already knew
	BadRecord     Kind = "bad-record"     // the history itself cannot be judged
)

// Violation is one broken promise.
type Violation struct {
	Kind    Kind
	Channel string
	Detail  string // a sentence that names the operations
}

// String returns the violation on one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s in channel %s: %s", v.Kind, v.Channel, v.Detail)
}

// perKind is how many sentences of each kind a report spells out.
const perKind = 3

// Report sums up violations for a test log: a count of each kind in the order
// of first appearance, each followed by its first few sentences.
func Report(found []Violation) string {
	var kinds []Kind
	of := make(map[Kind][]Violation)
	for _, v := range found {
		if of[v.Kind] == nil {
			kinds = append(kinds, v.Kind)
		}
		of[v.Kind] = append(of[v.Kind], v)
	}
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "%d x %s\n", len(of[k]), k)
		for _, v := range of[k][:min(perKind, len(of[k]))] {
			fmt.Fprintf(&b, "  channel %s: %s\n", v.Channel, v.Detail)
		}
	}
	return b.String()
}
