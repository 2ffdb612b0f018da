package projections

import (
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

func applyMember(b *pgx.Batch, r domain.Recorded) {
	app, channel := r.Stream.App, int64(r.Stream.Channel)
	add := func(user domain.UserID, role domain.Role, inviter domain.UserID) {
		b.Queue(`
			INSERT INTO members (app, channel, member, role, inviter, joined_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, app, channel, user, string(role), inviter, r.Time.UnixMilli())
	}
	setRole := func(user domain.UserID, role domain.Role) {
		b.Queue(`
			UPDATE members SET role = $4
			WHERE app = $1 AND channel = $2 AND member = $3`, app, channel, user, string(role))
	}
	switch e := r.Event.(type) {
	case domain.ChannelCreated:
		for _, m := range e.Members {
			add(m.User, m.Role, m.Inviter)
		}
	case domain.MemberAdded:
		add(e.User, e.Role, e.Inviter)
	case domain.MemberRemoved:
		b.Queue(`
			DELETE FROM members
			WHERE app = $1 AND channel = $2 AND member = $3`, app, channel, e.User)
	case domain.MemberRoleChanged:
		setRole(e.User, e.Role)
	case domain.OwnershipTransferred:
		setRole(e.From, domain.RoleAdmin)
		setRole(e.To, domain.RoleOwner)
	}
}
