package native

import (
	"net/http"
	"slices"
	"strconv"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// appendReactions appends the ReactionSummaries of section 1 of the contract.
func appendReactions(b []byte, list []queries.Reaction) []byte {
	b = append(b, '[')
	for i, r := range mergeReactions(list) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"emote_asset_id":`...)
		b = domain.AppendJSONString(b, r.Name)
		b = append(b, `,"count":`...)
		b = strconv.AppendInt(b, r.Count, 10)
		b = append(b, `,"user_ids":[`...)
		for j, u := range r.Users {
			if j > 0 {
				b = append(b, ',')
			}
			b = domain.AppendJSONString(b, string(u))
		}
		b = append(b, `]}`...)
	}
	return append(b, ']')
}

// mergeReactions makes one summary of those of a name, whatever their kinds,
// and counts users (CH-403). The places of the names are those of their first
// reactions.
func mergeReactions(list []queries.Reaction) []queries.Reaction {
	merged := make([]queries.Reaction, 0, len(list))
	for _, r := range list {
		if r.Kind == domain.Multiple {
			r.Count = int64(len(r.Users)) // it counts what users gave, not users
		}
		i := slices.IndexFunc(merged, func(m queries.Reaction) bool { return m.Name == r.Name })
		if i < 0 {
			merged = append(merged, r)
			continue
		}
		merged[i] = mergeReaction(merged[i], r)
	}
	return merged
}

// mergeReaction adds the users of b to those of a. Of users who are not named
// it is not known who is in both: the count is the least that is certain.
func mergeReaction(a, b queries.Reaction) queries.Reaction {
	users := slices.Clone(a.Users)
	for _, u := range b.Users {
		if !slices.Contains(users, u) {
			users = append(users, u)
		}
	}
	a.Count = max(a.Count, b.Count, int64(len(users)))
	a.Users = users[:min(len(users), queries.MaxReactors)]
	return a
}

// emote reads the emote of the body (CH-405).
func (o object) emote() (string, error) {
	name, err := o.id("emote_asset_id")
	if err != nil {
		return "", domain.ErrInvalidEmote.Because("emote_asset_id is a string of 1 to 64 characters, or a number, without control characters")
	}
	return name, nil
}

// onceAbout is the scope of a request about the message of the path, nil
// without a key.
func (r *request) onceAbout(command string) ([]string, error) {
	once, err := r.once(command, r.channel())
	if once == nil || err != nil {
		return nil, err
	}
	return append(once, r.message().String()), nil
}

func (s *Server) addReaction(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	emote, err1 := o.emote()
	once, err2 := r.onceAbout("react")
	out, err := s.Commands.AddReaction(r.ctx, commands.AddReaction{
		By: r.actor, Channel: r.channel(), Message: r.message(), Emote: emote, Once: once, Input: first(input, err1, err2),
	})
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if out.Repeated {
		status = http.StatusOK
		r.replayed()
	}
	r.done(status, out.Position, map[string]string{"message": "Reaction added"})
	return nil
}

func (s *Server) removeReaction(r *request) error {
	once, input := r.onceAbout("unreact")
	out, err := s.Commands.RemoveReaction(r.ctx, commands.RemoveReaction{
		By: r.actor, Channel: r.channel(), Message: r.message(), Emote: r.Param("emote"), Once: once, Input: input,
	})
	if err != nil {
		return err
	}
	if out.Repeated {
		r.replayed()
	}
	r.done(http.StatusNoContent, out.Position, nil)
	return nil
}
