package queries

import (
	"context"
	"encoding/json"
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
// joining on, so without one the timeline has yet to see it join. Sending moves the sender's cursor,
// so none of the rest are the user's own. All of it is of one projection, so it is never negative.
const unread = `
	CASE WHEN m.role IS NULL OR r.read_seq IS NULL THEN 0 ELSE coalesce(t.last_msg_seq, 0) - r.read_seq - CASE
		WHEN t.last_deleted_seq > r.read_seq THEN (
			SELECT count(*) FROM rm.messages_v2 d
			WHERE d.app = c.app AND d.channel = c.channel AND d.deleted_at IS NOT NULL AND d.msg_seq > r.read_seq)
		ELSE 0 END END`

// otherUser is the other user of a dm that the asking user is in.
const otherUser = `
	CASE WHEN c.kind = 'dm' AND m.role IS NOT NULL THEN c.pair[CASE c.pair[1] WHEN $2 THEN 2 ELSE 1 END] END`

const channelColumns = `
	c.channel, c.kind, c.owner, c.created_at, c.event, c.sealed,
	coalesce(m.role, '') AS role,` + unread + ` AS unread,
	coalesce(t.last_message, 0) AS last_message,
	coalesce(` + otherUser + `, '') AS other, n.event AS name_event, n.sealed AS name_sealed`

// channelJoins look each row up by its key. The limits see to that: the plan
// is made while there may be few rows, when reading all of an app and hashing
// them looks cheaper.
const channelJoins = `
	LEFT JOIN LATERAL (
		SELECT t.last_msg_seq, t.last_deleted_seq, t.last_message, t.last_message_at, t.last_position
		FROM rm.channel_counters_v2 t
		WHERE t.app = c.app AND t.channel = c.channel
		LIMIT 1
	) t ON true
	LEFT JOIN LATERAL (
		SELECT r.read_seq
		FROM rm.cursors_v2 r
		WHERE r.app = c.app AND r.reader = $2 AND r.channel = c.channel
		LIMIT 1
	) r ON true
	LEFT JOIN LATERAL (
		SELECT n.event, n.sealed
		FROM rm.names_v2 n
		WHERE n.app = c.app AND n.named = ` + otherUser + `
		LIMIT 1
	) n ON true`

// hidden tells whether the user has taken the channel out of the list; a dm is
// back as soon as a message follows (CH-150, CH-151).
const hidden = `
	h.position IS NOT NULL AND (c.kind <> 'dm' OR coalesce(t.last_position, 0) <= h.position)`

// hiddenJoin looks each channel up, whatever the planner thinks of the table.
const hiddenJoin = `
	LEFT JOIN LATERAL (
		SELECT x.position FROM rm.hidden_v2 x
		WHERE x.app = c.app AND x.hider = $2 AND x.channel = c.channel LIMIT 1
	) h ON true`

type channelRow struct {
	Channel     int64
	Kind        string
	Owner       string
	CreatedAt   int64
	Event       uuid.UUID
	Sealed      []byte
	Role        string
	Unread      int64
	LastMessage int64
	Other       string
	NameEvent   *uuid.UUID
	NameSealed  []byte
	Hidden      bool
}

var channelProjections = []string{directory, timeline}

// Channel reads one channel as a user sees it; false if there is none.
func (s *Service) Channel(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, id domain.ChannelID) (Channel, bool, error) {
	var rows []channelRow
	err := s.read(ctx, at, channelProjections, func(b *pgx.Batch) {
		b.Queue(`
			SELECT `+channelColumns+`, `+hidden+`
			FROM rm.channels_v2 c
			LEFT JOIN rm.members_v2 m ON m.app = c.app AND m.channel = c.channel AND m.member = $2`+channelJoins+hiddenJoin+`
			WHERE c.app = $1 AND c.channel = $3 AND NOT c.deleted`, app, user, int64(id)).Query(many(&rows))
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
	profiles := newOpening(app)
	names := newOpening(app)
	for _, r := range rows {
		profiles.add(domain.ChannelSubject(domain.ChannelID(r.Channel)), r.Event, r.Sealed)
		names.addOptional(domain.UserSubject(domain.UserID(r.Other), 0), r.NameEvent, r.NameSealed)
	}
	if err := openAll(ctx, s.names, profiles, names); err != nil {
		return nil, err
	}
	channels := make([]Channel, len(rows))
	for i, r := range rows {
		c := Channel{
			ID: domain.ChannelID(r.Channel), Kind: domain.ChannelKind(r.Kind), Owner: domain.UserID(r.Owner),
			CreatedAt: r.CreatedAt, Role: domain.Role(r.Role), Unread: r.Unread,
			LastMessage: domain.MessageID(r.LastMessage), OtherUser: domain.UserID(r.Other),
			Hidden: r.Hidden,
		}
		var p domain.ChannelProfile
		if _, err := profiles.decode(i, &p); err != nil {
			return nil, err
		}
		c.Name = p.Name
		var err error
		if c.OtherName, err = names.name(i, c.OtherUser); err != nil {
			return nil, err
		}
		channels[i] = c
	}
	return channels, nil
}

// opening gathers the sealed texts of a page, one an entry, so that they are
// opened together.
type opening struct {
	app   domain.AppID
	items []domain.Sealed
}

func newOpening(app domain.AppID) *opening { return &opening{app: app} }

func (o *opening) add(s domain.Subject, event uuid.UUID, blob []byte) {
	o.items = append(o.items, domain.Sealed{App: o.app, Subject: s, Event: event, Blob: blob})
}

func (o *opening) addOptional(s domain.Subject, event *uuid.UUID, blob []byte) {
	if event == nil {
		blob, event = nil, &uuid.Nil
	}
	o.add(s, *event, blob)
}

// openAll opens several gatherings at once.
func openAll(ctx context.Context, opener Opener, gathered ...*opening) error {
	var all []domain.Sealed
	var at []*domain.Sealed
	for _, o := range gathered {
		for i := range o.items {
			if len(o.items[i].Blob) > 0 {
				all, at = append(all, o.items[i]), append(at, &o.items[i])
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	if err := opener.OpenMany(ctx, all); err != nil {
		return fmt.Errorf("open sealed text: %w", err)
	}
	for i := range all {
		at[i].Plain, at[i].Err = all[i].Plain, all[i].Err
	}
	return nil
}

// decode reads entry i; erased tells that its key is gone. An entry without a
// blob leaves dst as it is.
func (o *opening) decode(i int, dst any) (erased bool, err error) {
	it := o.items[i]
	switch {
	case len(it.Blob) == 0:
		return false, nil
	case isErased(it.Err):
		return true, nil
	case it.Err != nil:
		return false, fmt.Errorf("open sealed text of event %s: %w", it.Event, it.Err)
	}
	if err := json.Unmarshal(it.Plain, dst); err != nil {
		return false, fmt.Errorf("decode sealed text of event %s: %w", it.Event, err)
	}
	return false, nil
}

// name reads entry i as a display name; without one it is the user id
// (CH-024).
func (o *opening) name(i int, user domain.UserID) (string, error) {
	p := domain.Profile{Name: string(user)}
	erased, err := o.decode(i, &p)
	if erased {
		return string(user), nil
	}
	return p.Name, err
}
