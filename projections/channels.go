package projections

import (
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

func applyChannel(b *pgx.Batch, r domain.Recorded) {
	app, channel := r.Stream.App, r.Stream.Channel
	switch e := r.Event.(type) {
	case domain.ChannelCreated:
		var pair []domain.UserID
		var natural *string
		if e.Natural != nil {
			pair = e.Natural.Pair
			if e.Natural.Name != "" {
				natural = &e.Natural.Name
			}
		}
		b.Queue(`
			INSERT INTO channels (app, channel, kind, owner, pair, natural_name, created_at, event, sealed, position)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			app, int64(channel), string(e.Kind), e.Owner, pair, natural, r.Time.UnixMilli(), r.ID, blob(e.Sealed), r.Position)
	case domain.ChannelRenamed:
		b.Queue(`
			UPDATE channels SET event = $3, sealed = $4
			WHERE app = $1 AND channel = $2`, app, int64(channel), r.ID, blob(e.Sealed))
	case domain.ChannelDeleted:
		b.Queue(`
			UPDATE channels SET deleted = true
			WHERE app = $1 AND channel = $2`, app, int64(channel))
	case domain.OwnershipTransferred:
		b.Queue(`
			UPDATE channels SET owner = $3
			WHERE app = $1 AND channel = $2`, app, int64(channel), e.To)
	}
}

func blob(s *domain.Secret) []byte {
	if s == nil {
		return nil
	}
	return s.Blob
}
