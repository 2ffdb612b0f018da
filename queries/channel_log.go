package queries

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Entry is an event of a channel or of its messages, as live delivery shows it.
// Seq is its number in the channel: dense, from 1.
type Entry struct {
	Seq      int64
	Position int64
	Type     string           // of the event
	ID       domain.MessageID // the message it is about, 0 for the channel
	Actor    domain.UserID    // who acted, "" if no user did
	Subject  string           // the user or emote that the event names, "" if none
	Count    int64            // of a reaction, after the change
	At       int64            // milliseconds since 1970
	// Message is that of a sending or an edit as it stands now; nil else.
	Message *Message
}

// Stretch is the part of a channel's log after a number.
type Stretch struct {
	App     domain.AppID
	Channel domain.ChannelID
	After   int64
}

// LogHead is where the log of a channel stands.
type LogHead struct {
	Seq         int64
	LastMessage domain.MessageID // 0 for none
}

// shownMessage names the columns of a message that may not be there.
const shownMessage = `
	coalesce(m.message, 0), coalesce(m.sender, ''), coalesce(m.kind, ''), coalesce(m.sent_at, 0), m.edited_at,
	coalesce(m.deleted, false), coalesce(m.event, '00000000-0000-0000-0000-000000000000'), m.edit_event, m.sealed, m.edit_sealed,
	m.attachments, m.refs, m.mentions, m.reactions`

// Entries reads the beginnings of several stretches, at most limit entries of
// each, in the order of the stretches. Everything up to the position that is
// asked for is there.
func (s *Service) Entries(ctx context.Context, at Freshness, of []Stretch, limit int) ([][]Entry, error) {
	apps, channels, after := make([]string, len(of)), make([]int64, len(of)), make([]int64, len(of))
	for i, o := range of {
		apps[i], channels[i], after[i] = string(o.App), int64(o.Channel), o.After
	}
	entries, rows := make([][]Entry, len(of)), make([][]messageRow, len(of))
	err := s.read(ctx, at, historyProjections, func(b *pgx.Batch) {
		b.Queue(`
			SELECT k.n, l.seq, l.position, l.type, l.message, l.actor, l.subject, l.count, l.at, `+shownMessage+`
			FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS k (app, channel, after, n)
			CROSS JOIN LATERAL (
				SELECT * FROM rm.channel_log_v3 x
				WHERE x.app = k.app AND x.channel = k.channel AND x.seq > k.after
				ORDER BY x.seq
				LIMIT $4
			) l
			LEFT JOIN LATERAL (
				SELECT `+messageColumns+` FROM rm.messages_v3
				WHERE app = k.app AND channel = k.channel AND message = l.message
				LIMIT 1
			) AS m (message, sender, kind, sent_at, edited_at, deleted, event, edit_event, sealed, edit_sealed, attachments, refs, mentions,
				reactions) ON l.type IN ($5, $6)
			ORDER BY k.n, l.seq`, apps, channels, after, limit, messageSent, messageEdited).
			Query(scanEntries(entries, rows))
	})
	if err != nil {
		return nil, fmt.Errorf("read the log of channels: %w", err)
	}
	for i := range of {
		if err := s.showMessages(ctx, of[i], entries[i], rows[i]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// Types of the events that show a message.
var (
	messageSent   = domain.MessageSent{}.Type()
	messageEdited = domain.MessageEdited{}.Type()
)

// scanEntries collects entries, and beside them the rows of their messages,
// those of other entries without an id.
func scanEntries(entries [][]Entry, messages [][]messageRow) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		for i := range entries {
			entries[i], messages[i] = entries[i][:0], messages[i][:0]
		}
		for rows.Next() {
			var n int64
			var e Entry
			var r messageRow
			err := rows.Scan(&n, &e.Seq, &e.Position, &e.Type, &e.ID, &e.Actor, &e.Subject, &e.Count, &e.At,
				&r.Message, &r.Sender, &r.Kind, &r.SentAt, &r.EditedAt, &r.Deleted, &r.Event, &r.EditEvent,
				&r.Sealed, &r.EditSealed, &r.Attachments, &r.Refs, &r.Mentions, &r.Reactions)
			if err != nil {
				return err
			}
			entries[n-1], messages[n-1] = append(entries[n-1], e), append(messages[n-1], r)
		}
		return rows.Err()
	}
}

// showMessages opens the messages of a channel's entries.
func (s *Service) showMessages(ctx context.Context, of Stretch, entries []Entry, rows []messageRow) error {
	shown := rows[:0:0]
	for _, r := range rows {
		if r.Message != 0 {
			shown = append(shown, r)
		}
	}
	if len(shown) == 0 {
		return nil
	}
	messages, err := s.openMessages(ctx, of.App, of.Channel, shown)
	if err != nil {
		return err
	}
	for i, r := range rows {
		if r.Message != 0 {
			entries[i].Message, messages = &messages[0], messages[1:]
		}
	}
	return nil
}

// LogHead reads where the log of a channel stands, and the asking user's
// standing there; the caller authorises with it.
func (s *Service) LogHead(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, id domain.ChannelID,
) (LogHead, domain.Standing, error) {
	var head LogHead
	var in domain.Standing
	err := s.read(ctx, at, historyProjections, func(b *pgx.Batch) {
		standing(b, app, user, id, &in)
		head = LogHead{}
		b.Queue(`
			SELECT last_seq, last_message FROM rm.channel_counters_v3
			WHERE app = $1 AND channel = $2`, app, int64(id)).Query(one(&head.Seq, &head.LastMessage))
	})
	if err != nil {
		return LogHead{}, in, fmt.Errorf("read the head of a channel: %w", err)
	}
	return head, in, nil
}
