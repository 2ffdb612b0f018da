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
const activity = `coalesce(nullif(t.last_message_at, 0), c.created_at)`

// ownChannels are the channels of a user's list; $3 includes the hidden ones.
const ownChannels = `
	FROM rm.members_v2 m
	JOIN rm.channels_v2 c ON c.app = m.app AND c.channel = m.channel AND NOT c.deleted`

const listed = `
	WHERE m.app = $1 AND m.member = $2 AND ($3 OR NOT (` + hidden + `))`

// counters is the part of channelJoins that the order of the list needs.
const counters = `
	LEFT JOIN rm.channel_counters_v2 t ON t.app = c.app AND t.channel = c.channel`

// Channels lists the channels that a user is a member of, the latest
// activity first (CH-100 to CH-103). A Before that is not in the list is
// domain.ErrInvalidCursor.
func (s *Service) Channels(ctx context.Context, at Freshness, q ChannelList) ([]Channel, error) {
	var rows []channelRow
	found := false
	err := s.read(ctx, at, channelProjections, func(b *pgx.Batch) {
		if q.Before == 0 {
			b.Queue(`
				SELECT `+channelColumns+`, `+hidden+ownChannels+channelJoins+hiddenJoin+listed+`
				ORDER BY `+activity+` DESC, c.channel DESC
				LIMIT $4`, q.App, q.User, q.Hidden, q.Limit).Query(many(&rows))
			return
		}
		b.Queue(`
			SELECT `+channelColumns+`, `+hidden+ownChannels+channelJoins+hiddenJoin+listed+`
				AND (`+activity+`, c.channel) < (
					SELECT `+activity+`, c.channel`+ownChannels+counters+hiddenJoin+listed+` AND m.channel = $5)
			ORDER BY `+activity+` DESC, c.channel DESC
			LIMIT $4`, q.App, q.User, q.Hidden, q.Limit, int64(q.Before)).Query(many(&rows))
		found = false
		// Asked after the page, so that a channel which left the list
		// meanwhile is not taken for the end of the list.
		b.Queue(`
			SELECT true`+ownChannels+counters+hiddenJoin+listed+` AND m.channel = $4`,
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
			SELECT `+channelColumns+`, `+hidden+`
			FROM rm.channels_v2 c
			LEFT JOIN rm.members_v2 m ON m.app = c.app AND m.channel = c.channel AND m.member = $2`+channelJoins+hiddenJoin+`
			WHERE c.app = $1 AND c.kind = 'room' AND NOT c.deleted AND c.channel <= $3
			ORDER BY c.channel DESC
			LIMIT $4`, app, user, most, limit).Query(many(&rows))
	})
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	return s.openChannels(ctx, app, rows)
}
