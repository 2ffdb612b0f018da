package queries

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Channel is a channel as one user sees it. Role is empty for a non-member.
// OtherUser and OtherName are set for a dm that the user is in. Times are
// milliseconds since 1970.
type Channel struct {
	ID          domain.ChannelID
	Kind        domain.ChannelKind
	Name        string
	Owner       domain.UserID
	CreatedAt   int64
	Role        domain.Role
	Unread      int64
	LastMessage domain.MessageID
	OtherUser   domain.UserID
	OtherName   string
	Hidden      bool
}

// unread counts what a user has not read (CH-610): the messages after the
// cursor less the deleted ones among them. Every member has a cursor from its
// joining on. Sending moves the sender's cursor, so none of the rest are the
// user's own. All of it is of one projection, so it is never negative.
const unread = `
	t.last_msg_seq - r.read_seq - CASE
		WHEN t.last_deleted_seq > r.read_seq THEN (
			SELECT count(*) FROM rm.messages_v3 d
			WHERE d.app = $1 AND d.channel = r.channel AND d.deleted_at IS NOT NULL AND d.msg_seq > r.read_seq)
		ELSE 0 END`

// otherName is the sealed name of the other user of a dm, behind its event.
const otherName = `
	CASE WHEN r.other <> '' THEN (
		SELECT uuid_send(n.event) || n.sealed FROM rm.names_v3 n WHERE n.app = $1 AND n.named = r.other) END`

const channelColumns = `
	c.channel, c.kind, c.owner, c.created_at, c.event, c.sealed, coalesce(m.role, '') AS role,
	CASE WHEN m.role IS NULL OR r.read_seq IS NULL OR t.last_msg_seq IS NULL THEN 0 ELSE` + unread + ` END AS unread,
	coalesce(t.last_message, 0) AS last_message, coalesce(r.other, '') AS other,` + otherName + ` AS other_name,` + hidden + ` AS hidden`

// channelJoins look each row up by its key. The limits see to that: the plan
// is made while there may be few rows, when reading all of an app and hashing
// them looks cheaper.
const channelJoins = `
	LEFT JOIN rm.members_v3 m ON m.app = c.app AND m.channel = c.channel AND m.member = $2
	LEFT JOIN LATERAL (
		SELECT t.last_msg_seq, t.last_deleted_seq, t.last_message, t.last_position, t.kind
		FROM rm.channel_counters_v3 t
		WHERE t.app = $1 AND t.channel = c.channel
		LIMIT 1
	) t ON true
	LEFT JOIN LATERAL (
		SELECT r.channel, r.read_seq, r.hidden, r.other
		FROM rm.cursors_v3 r
		WHERE r.app = $1 AND r.reader = $2 AND r.channel = c.channel
		LIMIT 1
	) r ON true`

// hidden tells whether the user has taken the channel out of the list; a dm is
// back as soon as a message follows (CH-150, CH-151).
const hidden = `
	coalesce(r.hidden > 0 AND (t.kind <> 'dm' OR t.last_position <= r.hidden), false)`

// channelRow is a row of channelColumns.
type channelRow struct {
	channel     int64
	kind        string
	owner       string
	createdAt   int64
	event       uuid.UUID
	sealed      []byte
	role        string
	unread      int64
	lastMessage int64
	other       string
	otherName   []byte // event and sealed name
	hidden      bool
}

// scanChannels collects the rows of channelColumns.
func scanChannels(dst *[]channelRow) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		*dst = (*dst)[:0]
		for rows.Next() {
			var r channelRow
			event := (*[16]byte)(&r.event) // by way of a sql.Scanner it costs more than all the rest
			err := rows.Scan(&r.channel, &r.kind, &r.owner, &r.createdAt, event, &r.sealed, &r.role, &r.unread,
				&r.lastMessage, &r.other, &r.otherName, &r.hidden)
			if err != nil {
				return err
			}
			*dst = append(*dst, r)
		}
		return rows.Err()
	}
}

var channelProjections = []string{directory, timeline}

// Channel reads one channel as a user sees it; false if there is none.
func (s *Service) Channel(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, id domain.ChannelID) (Channel, bool, error) {
	var rows []channelRow
	err := s.read(ctx, at, channelProjections, func(b *pgx.Batch) {
		b.Queue(`
			SELECT `+channelColumns+`
			FROM rm.channels_v3 c`+channelJoins+`
			WHERE c.app = $1 AND c.channel = $3 AND NOT c.deleted`, app, user, int64(id)).Query(scanChannels(&rows))
	})
	if err != nil {
		return Channel{}, false, fmt.Errorf("read channel: %w", err)
	}
	channels, err := s.openChannels(ctx, app, rows)
	if err != nil || len(channels) == 0 {
		return Channel{}, false, err
	}
	return channels[0], true, nil
}

// Standing is what authorisation needs to know of the channel and the user.
func (c Channel) Standing(found bool) domain.Standing {
	return domain.Standing{Exists: found, Kind: c.Kind, Role: c.Role}
}

func (s *Service) openChannels(ctx context.Context, app domain.AppID, rows []channelRow) ([]Channel, error) {
	texts := make([]name, len(rows), len(rows)+8)
	for i := range rows {
		r := &rows[i]
		texts[i] = name{channel: domain.ChannelID(r.channel), event: r.event, blob: r.sealed}
		if len(r.otherName) > len(uuid.UUID{}) {
			event, blob := uuid.UUID(r.otherName[:16]), r.otherName[16:]
			texts = append(texts, name{user: domain.UserID(r.other), event: event, blob: blob, text: r.other})
		}
	}
	if err := s.names.open(ctx, app, texts); err != nil {
		return nil, err
	}
	channels := make([]Channel, len(rows))
	others := texts[len(rows):]
	for i := range rows {
		r := &rows[i]
		channels[i] = Channel{
			ID: domain.ChannelID(r.channel), Kind: domain.ChannelKind(r.kind), Name: texts[i].text, Owner: domain.UserID(r.owner),
			CreatedAt: r.createdAt, Role: domain.Role(r.role), Unread: r.unread, LastMessage: domain.MessageID(r.lastMessage),
			OtherUser: domain.UserID(r.other), OtherName: r.other, Hidden: r.hidden,
		}
		if len(r.otherName) > len(uuid.UUID{}) {
			channels[i].OtherName, others = others[0].text, others[1:]
		}
	}
	return channels, nil
}
