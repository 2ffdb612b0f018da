package queries

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// ReadCursor is how far a user has read a channel: up to Message, 0 for
// nowhere; UpdatedAt in milliseconds since 1970.
type ReadCursor struct {
	User      domain.UserID
	Message   domain.MessageID
	UpdatedAt int64
}

// ReadCursor is that of one user in a channel; false if it has none. Every
// member has one.
func (s *Service) ReadCursor(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, channel domain.ChannelID) (ReadCursor, bool, error) {
	var rows []ReadCursor
	err := s.read(ctx, at, []string{timeline}, func(b *pgx.Batch) {
		b.Queue(`
			SELECT reader, read_message, updated_at
			FROM rm.cursors_v3
			WHERE app = $1 AND reader = $2 AND channel = $3`, app, user, int64(channel)).Query(many(&rows))
	})
	if err != nil {
		return ReadCursor{}, false, fmt.Errorf("read a read cursor: %w", err)
	}
	if len(rows) == 0 {
		return ReadCursor{}, false, nil
	}
	return rows[0], true, nil
}

// ReadCursors lists how far the members of a channel have read, by user id, after a
// user when after is set, at most limit. The standing is the asking user's;
// the caller authorises with it before it uses the list.
func (s *Service) ReadCursors(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, channel domain.ChannelID,
	after domain.UserID, limit int,
) (list []ReadCursor, more bool, in domain.Standing, err error) {
	err = s.read(ctx, at, historyProjections, func(b *pgx.Batch) {
		standing(b, app, user, channel, &in)
		b.Queue(`
			SELECT m.member, coalesce(r.read_message, 0), coalesce(r.updated_at, 0)
			FROM rm.members_v3 m
			LEFT JOIN rm.cursors_v3 r ON r.app = m.app AND r.channel = m.channel AND r.reader = m.member
			WHERE m.app = $1 AND m.channel = $2 AND m.member > $3
			ORDER BY m.member
			LIMIT $4`, app, int64(channel), after, limit+1).Query(many(&list))
	})
	if err != nil {
		return nil, false, in, fmt.Errorf("list read cursors: %w", err)
	}
	return list[:min(len(list), limit)], len(list) > limit, in, nil
}
