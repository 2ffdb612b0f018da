package queries

import (
	"encoding/json"
	"fmt"

	"parley/domain"
)

// Reaction is what users reacted to a message with, those of one kind and
// name. Count is exact; Users are the oldest 100 reactors at most, the first
// one first.
type Reaction struct {
	Kind  domain.ReactionKind `json:"k"`
	Name  string              `json:"n"`
	Count int64               `json:"c"`
	Users []domain.UserID     `json:"u"`
}

// MaxReactors is how many users a Reaction names at most.
const MaxReactors = 100

// decodeReactions reads the summary of a message, the first reaction first.
func decodeReactions(r messageRow) ([]Reaction, error) {
	if len(r.Reactions) == 0 {
		return nil, nil
	}
	var list []Reaction
	if err := json.Unmarshal(r.Reactions, &list); err != nil {
		return nil, fmt.Errorf("reactions of message %d: %w", r.Message, err)
	}
	return list, nil
}
