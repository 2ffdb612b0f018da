package projections

import (
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

func applyUser(b *pgx.Batch, r domain.Recorded) {
	app, user := r.Stream.App, r.Stream.User
	switch e := r.Event.(type) {
	case domain.UserNamed:
		b.Queue(`
			INSERT INTO names (app, named, event, sealed)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (app, named) DO UPDATE SET event = excluded.event, sealed = excluded.sealed`,
			app, user, r.ID, blob(e.Sealed))
	case domain.UserBlocked:
		b.Queue(`
			INSERT INTO blocks (app, blocker, blocked, created_at, position)
			VALUES ($1, $2, $3, $4, $5)`, app, user, e.User, r.Time.UnixMilli(), r.Position)
	case domain.UserUnblocked:
		b.Queue(`
			DELETE FROM blocks
			WHERE app = $1 AND blocker = $2 AND blocked = $3`, app, user, e.User)
	case domain.UserErased:
		b.Queue(`
			DELETE FROM names
			WHERE app = $1 AND named = $2`, app, user)
		queueErased(b, r)
	}
}

func queueErased(b *pgx.Batch, r domain.Recorded) {
	b.Queue(`
		INSERT INTO erased (app, erased, position)
		VALUES ($1, $2, $3)
		ON CONFLICT (app, erased) DO UPDATE SET position = excluded.position`, r.Stream.App, r.Stream.User, r.Position)
}
