package queries

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// ChannelList asks for a part of a user's list of channels. Before is a
// channel of that list, 0 for its beginning.
type ChannelList struct {
	App    domain.AppID
	User   domain.UserID
	Hidden bool // those that the user has hidden too
	Before domain.ChannelID
	Limit  int
}

// activity is the time of a channel's newest message, else of its creation.
const activity = `coalesce(nullif(t.last_message_at, 0), t.created_at)`

// ownColumns are channelColumns from the timeline alone.
const ownColumns = `
	r.channel, t.kind, t.owner, t.created_at, t.event, t.sealed, r.role,` + unread + `,
	t.last_message, r.other,` + otherName + `,` + hidden

// ownChannels are the channels of a user's list; $3 includes the hidden ones.
// The user's rows are read in one stretch and each channel is looked up by its
// key: OFFSET 0 keeps the planner from reading all channels instead, which looks cheap while there are few.
const ownChannels = `
	FROM rm.cursors_v3 r
	CROSS JOIN LATERAL (
		SELECT * FROM rm.channel_counters_v3 t
		WHERE t.app = $1 AND t.channel = r.channel
		OFFSET 0
	) t
	WHERE r.app = $1 AND r.reader = $2 AND r.role <> '' AND NOT t.deleted AND ($3 OR NOT (` + hidden + `))`

// Channels lists the channels that a user is a member of, the latest
// activity first (CH-100 to CH-103). A Before that is not in the list is
// domain.ErrInvalidCursor.
func (s *Service) Channels(ctx context.Context, at Freshness, q ChannelList) ([]Channel, error) {
	var rows []channelRow
	found := false
	err := s.read(ctx, at, channelProjections, func(b *pgx.Batch) {
		if q.Before == 0 {
			b.Queue(`
				SELECT `+ownColumns+ownChannels+`
				ORDER BY `+activity+` DESC, r.channel DESC
				LIMIT $4`, q.App, q.User, q.Hidden, q.Limit).Query(scanChannels(&rows))
			return
		}
		b.Queue(`
			SELECT `+ownColumns+ownChannels+`
				AND (`+activity+`, r.channel) < (
					SELECT `+activity+`, r.channel`+ownChannels+` AND r.channel = $5)
			ORDER BY `+activity+` DESC, r.channel DESC
			LIMIT $4`, q.App, q.User, q.Hidden, q.Limit, int64(q.Before)).Query(scanChannels(&rows))
		found = false
		// Asked after the page, so that a channel which left the list
		// meanwhile is not taken for the end of the list.
		b.Queue(`
			SELECT true`+ownChannels+` AND r.channel = $4`,
			q.App, q.User, q.Hidden, int64(q.Before)).Query(one(&found))
	})
	if err != nil {
		return nil, fmt.Errorf("list channels: %w", err)
	}
	if q.Before != 0 && !found {
		return nil, domain.ErrInvalidCursor.Because("before is not a channel of this list")
	}
	return s.openChannels(ctx, q.App, rows)
}

// Rooms lists the rooms of an app as a user sees them, member or not, by id
// descending (CH-104); with before those of smaller id, which need not exist.
func (s *Service) Rooms(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, before domain.ChannelID,
	limit int,
) ([]Channel, error) {
	most := int64(math.MaxInt64)
	if before > 0 {
		most = int64(before) - 1
	}
	var rows []channelRow
	err := s.read(ctx, at, channelProjections, func(b *pgx.Batch) {
		b.Queue(`
			SELECT `+channelColumns+`
			FROM rm.channels_v3 c`+channelJoins+`
			WHERE c.app = $1 AND c.kind = 'room' AND NOT c.deleted AND c.channel <= $3
			ORDER BY c.channel DESC
			LIMIT $4`, app, user, most, limit).Query(scanChannels(&rows))
	})
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	return s.openChannels(ctx, app, rows)
}
