package queries

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Message is a message as it stands. Times are milliseconds since 1970, 0 for
// what has not happened. A deleted one keeps its ids, sender and SentAt; its
// content is empty.
type Message struct {
	ID          domain.MessageID
	Channel     domain.ChannelID
	Sender      domain.UserID
	SenderName  string
	Kind        domain.MessageKind
	Text        string
	Emotes      []domain.InlineEmote
	Attachments []Attachment
	Refs        []domain.MessageID
	Mentions    []domain.UserID
	SentAt      int64
	EditedAt    int64
	Deleted     bool
	Reactions   []Reaction
}

// Attachment is a file of a message, with its name.
type Attachment struct {
	domain.Attachment
	File string
}

// Page is a part of a channel's history and whether it goes on in the reading
// direction.
type Page struct {
	Messages []Message
	More     bool
}

// History asks for a page of a channel, newest first, or with After oldest
// first. Before and After are message ids, 0 for none; they need not exist.
type History struct {
	App     domain.AppID
	Channel domain.ChannelID
	User    domain.UserID // who asks
	Before  domain.MessageID
	After   domain.MessageID
	Sent    *Span // nil for any time
	Limit   int
}

const messageColumns = `
	message, sender, kind, sent_at, edited_at, deleted_at IS NOT NULL, event, edit_event, sealed, edit_sealed, attachments,
	CASE WHEN edit_event IS NULL THEN refs ELSE edit_refs END,
	CASE WHEN edit_event IS NULL THEN mentions ELSE edit_mentions END,
	reactions`

type messageRow struct {
	Message     int64
	Sender      string
	Kind        string
	SentAt      int64
	EditedAt    *int64
	Deleted     bool
	Event       uuid.UUID
	EditEvent   *uuid.UUID
	Sealed      []byte
	EditSealed  []byte
	Attachments []byte
	Refs        []domain.MessageID
	Mentions    []domain.UserID
	Reactions   []byte
}

var historyProjections = []string{directory, timeline}

// The cursors of a history page are message ids; they resolve to msg_seq, the
// dense number of a message in its channel.
const (
	seqBefore = `(
			SELECT p.msg_seq FROM rm.messages_v3 p
			WHERE p.app = $1 AND p.channel = $2 AND p.message < $4
			ORDER BY p.message DESC
			LIMIT 1)`
	seqAfter = `(
			SELECT p.msg_seq FROM rm.messages_v3 p
			WHERE p.app = $1 AND p.channel = $2 AND p.message > $4
			ORDER BY p.message
			LIMIT 1)`
	newestMessages = `
		SELECT ` + messageColumns + ` FROM rm.messages_v3
		WHERE app = $1 AND channel = $2
		ORDER BY msg_seq DESC
		LIMIT $3`
	messagesBefore = `
		SELECT ` + messageColumns + ` FROM rm.messages_v3
		WHERE app = $1 AND channel = $2 AND msg_seq <= ` + seqBefore + `
		ORDER BY msg_seq DESC
		LIMIT $3`
	messagesAfter = `
		SELECT ` + messageColumns + ` FROM rm.messages_v3
		WHERE app = $1 AND channel = $2 AND msg_seq >= ` + seqAfter + `
		ORDER BY msg_seq
		LIMIT $3`
)

// History reads a page (CH-310 to CH-315). The standing is the asking user's;
// the caller authorises with it before it uses the page.
func (s *Service) History(ctx context.Context, at Freshness, q History) (Page, domain.Standing, error) {
	var rows []messageRow
	var in domain.Standing
	err := s.read(ctx, at, historyProjections, func(b *pgx.Batch) {
		standing(b, q.App, q.User, q.Channel, &in)
		args := []any{q.App, int64(q.Channel), q.Limit + 1}
		switch {
		case q.Sent != nil:
			q.queueSent(b, args).Query(scanMessages(&rows))
		case q.Before > 0:
			b.Queue(messagesBefore, append(args, int64(q.Before))...).Query(scanMessages(&rows))
		case q.After > 0:
			b.Queue(messagesAfter, append(args, int64(q.After))...).Query(scanMessages(&rows))
		default:
			b.Queue(newestMessages, args...).Query(scanMessages(&rows))
		}
	})
	if err != nil {
		return Page{}, in, fmt.Errorf("read history: %w", err)
	}
	if in.Role == "" {
		return Page{}, in, nil // nothing is opened for an outsider
	}
	more := len(rows) > q.Limit
	rows = rows[:min(len(rows), q.Limit)]
	messages, err := s.openMessages(ctx, q.App, q.Channel, rows)
	return Page{Messages: messages, More: more}, in, err
}

// Message reads one message (CH-317); false if the channel has none with the
// id. The standing is the asking user's.
func (s *Service) Message(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, channel domain.ChannelID,
	id domain.MessageID,
) (Message, bool, domain.Standing, error) {
	var rows []messageRow
	var in domain.Standing
	err := s.read(ctx, at, historyProjections, func(b *pgx.Batch) {
		standing(b, app, user, channel, &in)
		b.Queue(`
			SELECT `+messageColumns+` FROM rm.messages_v3
			WHERE app = $1 AND channel = $2 AND message = $3`, app, int64(channel), int64(id)).Query(scanMessages(&rows))
	})
	if err != nil {
		return Message{}, false, in, fmt.Errorf("read message: %w", err)
	}
	messages, err := s.openMessages(ctx, app, channel, rows)
	if err != nil || len(messages) == 0 {
		return Message{}, false, in, err
	}
	return messages[0], true, in, nil
}

// openMessages reads the rows of a page; an edited message has two contents,
// of which the first keeps the sender's name and the names of files.
func (s *Service) openMessages(ctx context.Context, app domain.AppID, channel domain.ChannelID, rows []messageRow) ([]Message, error) {
	page := make([]content, len(rows), 2*len(rows))
	for i, r := range rows {
		author := domain.ChannelSubject(channel)
		if r.Sender != "" {
			author = domain.UserSubject(domain.UserID(r.Sender), 0)
		}
		page[i] = content{subject: author, event: r.Event, blob: r.Sealed}
		if r.EditEvent != nil && !r.Deleted {
			page = append(page, content{subject: author, event: *r.EditEvent, blob: r.EditSealed})
		}
	}
	if err := s.contents.open(ctx, app, page); err != nil {
		return nil, err
	}
	messages := make([]Message, len(rows))
	edits := page[len(rows):]
	for i, r := range rows {
		now := page[i].Content
		if r.EditEvent != nil && !r.Deleted {
			now, edits = edits[0].Content, edits[1:]
		}
		m, err := openMessage(r, channel, page[i], now)
		if err != nil {
			return nil, err
		}
		messages[i] = m
	}
	return messages, nil
}

// openMessage puts a message together from its row, the content it was sent
// with and the one it has now.
func openMessage(r messageRow, channel domain.ChannelID, sent content, now domain.Content) (Message, error) {
	m := Message{
		ID: domain.MessageID(r.Message), Channel: channel, Sender: domain.UserID(r.Sender), SenderName: sent.SenderName,
		Kind: domain.MessageKind(r.Kind), SentAt: r.SentAt, Deleted: r.Deleted || sent.erased,
	}
	if sent.erased {
		m.SenderName = r.Sender
	}
	if m.Deleted {
		return m, nil
	}
	if r.EditedAt != nil {
		m.EditedAt = *r.EditedAt
	}
	m.Text, m.Emotes, m.Refs, m.Mentions = now.Text, now.Emotes, r.Refs, r.Mentions
	var err error
	if m.Reactions, err = decodeReactions(r); err != nil {
		return m, err
	}
	if len(r.Attachments) == 0 {
		return m, nil
	}
	var attachments []domain.Attachment
	if err := json.Unmarshal(r.Attachments, &attachments); err != nil {
		return m, fmt.Errorf("attachments of message %d: %w", r.Message, err)
	}
	for n, a := range attachments {
		file := ""
		if n < len(sent.Files) {
			file = sent.Files[n]
		}
		m.Attachments = append(m.Attachments, Attachment{a, file})
	}
	return m, nil
}

// scanMessages collects the rows of messageColumns.
func scanMessages(dst *[]messageRow) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		*dst = (*dst)[:0]
		for rows.Next() {
			var r messageRow
			err := rows.Scan(&r.Message, &r.Sender, &r.Kind, &r.SentAt, &r.EditedAt, &r.Deleted, &r.Event, &r.EditEvent,
				&r.Sealed, &r.EditSealed, &r.Attachments, &r.Refs, &r.Mentions, &r.Reactions)
			if err != nil {
				return err
			}
			*dst = append(*dst, r)
		}
		return rows.Err()
	}
}
