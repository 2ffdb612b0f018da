package native

import (
	"net/http"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// readCursor is the answer of CH-600.
type readCursor struct {
	ChannelID       domain.ChannelID `json:"channel_id"`
	LastReadMessage domain.MessageID `json:"last_read_message_id"`
	UpdatedAt       int64            `json:"updated_at"`
}

// memberRead is how far a member has read (CH-604); null is nowhere.
type memberRead struct {
	UserID          domain.UserID     `json:"user_id"`
	LastReadMessage *domain.MessageID `json:"last_read_message_id"`
	UpdatedAt       *int64            `json:"updated_at"`
}

func newMemberRead(q queries.ReadCursor) memberRead {
	if q.Message == 0 {
		return memberRead{UserID: q.User}
	}
	at := seconds(q.UpdatedAt)
	return memberRead{q.User, &q.Message, &at}
}

const maxReads = 1000

func (s *Server) advanceRead(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	text, err1 := o.id("last_read_message_id")
	message, err2 := domain.ParseID(text)
	if err2 != nil {
		err2 = domain.ErrInvalidRequest.Because("last_read_message_id is missing or not a message id")
	}
	out, err := s.Commands.AdvanceRead(r.ctx, commands.AdvanceRead{
		By: r.actor, Channel: r.channel(), Message: domain.MessageID(message), Input: first(input, err1, err2),
	})
	if err != nil {
		return err
	}
	return s.answerCursor(r, out)
}

// answerCursor answers with the cursor as it stands (CH-601), which may be
// ahead: the user's own messages, on whichever node, have moved it too.
func (s *Server) answerCursor(r *request, out commands.Outcome) error {
	at := out.Position
	if !out.Changed {
		own, err := s.Commands.OwnWrites(r.ctx, r.actor)
		if err != nil {
			return err
		}
		at = max(at, own)
	}
	q, found, err := s.Queries.ReadCursor(r.ctx, queries.Freshness(at), r.actor.App, r.actor.User(), r.channel())
	switch {
	case err != nil:
		return err
	case !found:
		return domain.ErrNotMember // not any more
	}
	r.done(http.StatusOK, out.Position, readCursor{r.channel(), q.Message, seconds(q.UpdatedAt)})
	return nil
}

func (s *Server) listReads(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	limit, input := r.limit(maxReads, maxReads)
	after, given := r.GetQuery("after")
	if given && !domain.UserID(after).Valid() {
		input = first(input, domain.ErrInvalidCursor.Because("after is not a user id"))
		after = ""
	}
	list, more, in, err := s.Queries.ReadCursors(r.ctx, at, r.actor.App, r.actor.User(), r.channel(), domain.UserID(after), max(limit, 1))
	if err != nil {
		return err
	}
	if err := first(domain.Authorize(r.actor, domain.ReadChannel, in), input); err != nil {
		return err
	}
	reads := make([]memberRead, len(list))
	for i, q := range list {
		reads[i] = newMemberRead(q)
	}
	r.JSON(http.StatusOK, map[string]any{"reads": reads, "has_more": more})
	return nil
}
