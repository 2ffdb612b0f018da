package queries

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Version is what a message was for a while. The first one is the message as
// it was sent, with its id; the others are edits. At is milliseconds since
// 1970. By is who edited, empty for the first.
type Version struct {
	ID       int64
	By       domain.UserID
	Text     string
	Emotes   []domain.InlineEmote
	Refs     []domain.MessageID
	Mentions []domain.UserID
	At       int64
}

// Versions asks for the versions of a message behind one, 0 for all.
type Versions struct {
	App     domain.AppID
	Channel domain.ChannelID
	Message domain.MessageID
	User    domain.UserID // who asks
	After   int64
	Limit   int
}

// VersionPage is a part of the versions of a message, oldest first, and
// whether it goes on. Found is false when there is no such message (any more).
type VersionPage struct {
	Versions []Version
	More     bool
	Found    bool
}

type versionRow struct {
	Version  int64
	Author   string
	Editor   string
	At       int64
	Event    uuid.UUID
	Sealed   []byte
	Refs     []domain.MessageID
	Mentions []domain.UserID
}

const (
	firstVersion = `
		SELECT message, sender, '', sent_at, event, sealed, refs, mentions FROM rm.messages_v3
		WHERE app = $1 AND channel = $2 AND message = $3 AND deleted_at IS NULL`
	laterVersions = `
		SELECT version, '', editor, edited_at, event, sealed, refs, mentions FROM rm.edits_v3
		WHERE app = $1 AND channel = $2 AND message = $3 AND version > $4
		ORDER BY version
		LIMIT $5`
)

// Versions reads what a message was (CH-318). The standing is the asking
// user's; nothing is opened for an outsider.
func (s *Service) Versions(ctx context.Context, at Freshness, q Versions) (VersionPage, domain.Standing, error) {
	var sent, rows []versionRow
	var in domain.Standing
	err := s.read(ctx, at, historyProjections, func(b *pgx.Batch) {
		standing(b, q.App, q.User, q.Channel, &in)
		b.Queue(firstVersion, q.App, int64(q.Channel), int64(q.Message)).Query(many(&sent))
		b.Queue(laterVersions, q.App, int64(q.Channel), int64(q.Message), q.After, q.Limit+1).Query(many(&rows))
	})
	if err != nil {
		return VersionPage{}, in, fmt.Errorf("read versions: %w", err)
	}
	if len(sent) == 0 || in.Role == "" {
		return VersionPage{}, in, nil
	}
	author := domain.ChannelSubject(q.Channel)
	if u := domain.UserID(sent[0].Author); u != "" {
		author = domain.UserSubject(u, 0)
	}
	if q.After < int64(q.Message) {
		rows = append(sent, rows...)
	}
	more := len(rows) > q.Limit
	rows = rows[:min(len(rows), q.Limit)]
	versions, err := s.openVersions(ctx, q.App, author, rows)
	return VersionPage{versions, more, true}, in, err
}

// openVersions reads the contents of versions; of an erased author's nothing
// but who and when is left.
func (s *Service) openVersions(ctx context.Context, app domain.AppID, author domain.Subject, rows []versionRow) ([]Version, error) {
	page := make([]content, len(rows))
	for i, r := range rows {
		page[i] = content{subject: author, event: r.Event, blob: r.Sealed}
	}
	if err := s.contents.open(ctx, app, page); err != nil {
		return nil, err
	}
	versions := make([]Version, len(rows))
	for i, r := range rows {
		v := Version{ID: r.Version, By: domain.UserID(r.Editor), At: r.At}
		if !page[i].erased {
			v.Text, v.Emotes, v.Refs, v.Mentions = page[i].Text, page[i].Emotes, r.Refs, r.Mentions
		}
		versions[i] = v
	}
	return versions, nil
}
