package domain

import "slices"

// Bounds of what a message refers to (CH-327).
const (
	MaxRefs     = 10
	maxMentions = 50
)

// checkRefs checks the form of references and mentions. Whether a message is
// there is asked by whoever can look; users need not exist (CH-024).
func checkRefs(refs []MessageID, mentions []UserID) error {
	switch {
	case len(refs) > MaxRefs:
		return ErrInvalidRequest.Because("a message refers to at most %d others", MaxRefs)
	case len(mentions) > maxMentions:
		return ErrInvalidRequest.Because("a message mentions at most %d users", maxMentions)
	}
	for i, r := range refs {
		if r <= 0 || slices.Contains(refs[:i], r) {
			return ErrInvalidRequest.Because("refs are message ids, each once")
		}
	}
	for i, u := range mentions {
		if !u.Valid() || slices.Contains(mentions[:i], u) {
			return ErrInvalidRequest.Because("mentions are user ids, each once")
		}
	}
	return nil
}
