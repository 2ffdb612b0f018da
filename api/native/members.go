package native

import (
	"net/http"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// member is the Member of section 1 of the contract.
type member struct {
	UserID      domain.UserID `json:"user_id"`
	DisplayName string        `json:"display_name"`
	Role        domain.Role   `json:"role"`
	JoinedAt    int64         `json:"joined_at"`
}

func newMember(m queries.Member) member {
	return member{m.User, m.DisplayName, m.Role, seconds(m.JoinedAt)}
}

const maxMembers = 1000

func (s *Server) listMembers(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	limit, input := r.limit(maxMembers, maxMembers)
	after, given := r.GetQuery("after")
	if given && !domain.UserID(after).Valid() {
		input = first(input, domain.ErrInvalidCursor.Because("after is not a user id"))
		after = ""
	}
	list, in, err := s.Queries.Members(r.ctx, at, r.actor.App, r.actor.User(), r.channel(), domain.UserID(after), max(limit, 1))
	if denied := domain.Authorize(r.actor, domain.ReadChannel, in); denied != nil && !isFault(err) {
		return denied
	}
	if err := first(input, err); err != nil {
		return err
	}
	out := make([]member, len(list))
	for i, m := range list {
		out[i] = newMember(m)
	}
	r.JSON(http.StatusOK, out)
	return nil
}

func (s *Server) addMember(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	user, err1 := o.id("user_id")
	role, err2 := o.text("role")
	if o.has("role") && role == "" && err2 == nil {
		err2 = domain.ErrInvalidRole
	}
	once, err3 := r.once("add-member", r.channel())
	c := commands.AddMember{
		By: r.actor, Channel: r.channel(), User: domain.UserID(user), Role: domain.Role(role),
		Once: once, Input: first(input, err1, err2, err3),
	}
	out, err := s.Commands.AddMember(r.ctx, c)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if out.Repeated {
		status = http.StatusOK
		r.replayed()
	}
	name, err := s.Commands.DisplayName(r.ctx, r.actor.App, c.User)
	if err != nil {
		return err
	}
	if c.Role == "" {
		c.Role = domain.RoleMember
	}
	r.done(status, out.Position, member{c.User, name, c.Role, out.Time.Unix()})
	return nil
}

func (s *Server) removeMember(r *request) error {
	once, input := r.once("remove-member", r.channel())
	out, err := s.Commands.RemoveMember(r.ctx, commands.RemoveMember{
		By: r.actor, Channel: r.channel(), User: r.user(), Once: once, Input: input,
	})
	return r.answerNothing(out, err)
}

func (s *Server) changeRole(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	role, err1 := o.text("role")
	once, err2 := r.once("change-role", r.channel())
	out, err := s.Commands.ChangeRole(r.ctx, commands.ChangeRole{
		By: r.actor, Channel: r.channel(), User: r.user(), Role: domain.Role(role), Once: once,
		Input: first(input, err1, err2),
	})
	if err != nil {
		return err
	}
	m, found, err := s.Queries.Member(r.ctx, queries.Freshness(out.Position), r.actor.App, r.channel(), r.user())
	if err != nil {
		return err
	}
	if !found {
		return domain.ErrMemberNotFound
	}
	if out.Repeated {
		r.replayed()
	}
	r.done(http.StatusOK, out.Position, newMember(m))
	return nil
}
