package queries

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Member is a member of a channel; JoinedAt in milliseconds since 1970.
type Member struct {
	User        domain.UserID
	DisplayName string
	Role        domain.Role
	JoinedAt    int64
}

type memberRow struct {
	Member     string
	Role       string
	JoinedAt   int64
	NameEvent  *uuid.UUID
	NameSealed []byte
}

// standing queues the read of what authorisation needs, of the channel and
// the user, into dst. An earlier attempt leaves nothing there.
func standing(b *pgx.Batch, app domain.AppID, user domain.UserID, id domain.ChannelID, dst *domain.Standing) {
	*dst = domain.Standing{}
	b.Queue(`
		SELECT true, c.kind, coalesce(m.role, '')
		FROM rm.channels_v3 c
		LEFT JOIN rm.members_v3 m ON m.app = c.app AND m.channel = c.channel AND m.member = $2
		WHERE c.app = $1 AND c.channel = $3 AND NOT c.deleted`, app, user, int64(id)).
		Query(one(&dst.Exists, &dst.Kind, &dst.Role))
}

// The list by joining; role is never empty, but names the index.
const (
	membersByJoining = `
		SELECT m.member, m.role, m.joined_at, n.event, n.sealed
		FROM rm.members_v3 m
		LEFT JOIN rm.names_v3 n ON n.app = m.app AND n.named = m.member
		WHERE m.app = $1 AND m.channel = $2 AND m.role <> ''`
	joiningOrder = `
		ORDER BY m.joined_at / 1000, m.member
		LIMIT $3`
)

// Members lists the members of a channel by the second in which they joined,
// then by user id (CH-200), after a user when after is set, at most limit. The standing is the
// asking user's; the caller authorises with it before it uses the list. An
// after that is no member is domain.ErrInvalidCursor.
func (s *Service) Members(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, id domain.ChannelID,
	after domain.UserID, limit int,
) ([]Member, domain.Standing, error) {
	var rows []memberRow
	var in domain.Standing
	var found bool
	err := s.read(ctx, at, []string{directory}, func(b *pgx.Batch) {
		standing(b, app, user, id, &in)
		if after == "" {
			b.Queue(membersByJoining+joiningOrder, app, int64(id), limit).Query(many(&rows))
			return
		}
		b.Queue(membersByJoining+` AND (m.joined_at / 1000, m.member) > (
				SELECT p.joined_at / 1000, p.member FROM rm.members_v3 p
				WHERE p.app = $1 AND p.channel = $2 AND p.member = $4)`+joiningOrder,
			app, int64(id), limit, after).Query(many(&rows))
		found = false
		// Asked after the page, so that a member who has left meanwhile is not
		// taken for the last one.
		b.Queue(`
			SELECT true FROM rm.members_v3
			WHERE app = $1 AND channel = $2 AND member = $3`, app, int64(id), after).Query(one(&found))
	})
	if err != nil {
		return nil, in, fmt.Errorf("list members: %w", err)
	}
	if after != "" && !found {
		return nil, in, domain.ErrInvalidCursor.Because("after is not a member of this channel")
	}
	members, err := s.openMembers(ctx, app, rows)
	return members, in, err
}

// Member reads one member of a channel; false if the user is none.
func (s *Service) Member(ctx context.Context, at Freshness, app domain.AppID, id domain.ChannelID, user domain.UserID) (Member, bool, error) {
	var rows []memberRow
	err := s.read(ctx, at, []string{directory}, func(b *pgx.Batch) {
		b.Queue(`
			SELECT m.member, m.role, m.joined_at, n.event, n.sealed
			FROM rm.members_v3 m
			LEFT JOIN rm.names_v3 n ON n.app = m.app AND n.named = m.member
			WHERE m.app = $1 AND m.channel = $2 AND m.member = $3`, app, int64(id), user).Query(many(&rows))
	})
	if err != nil {
		return Member{}, false, fmt.Errorf("read member: %w", err)
	}
	members, err := s.openMembers(ctx, app, rows)
	if err != nil || len(members) == 0 {
		return Member{}, false, err
	}
	return members[0], true, nil
}

func (s *Service) openMembers(ctx context.Context, app domain.AppID, rows []memberRow) ([]Member, error) {
	names := make([]name, len(rows))
	for i, r := range rows {
		names[i] = nameOf(r.Member, r.NameEvent, r.NameSealed)
	}
	if err := s.names.open(ctx, app, names); err != nil {
		return nil, err
	}
	members := make([]Member, len(rows))
	for i, r := range rows {
		members[i] = Member{
			User: domain.UserID(r.Member), DisplayName: names[i].text, Role: domain.Role(r.Role), JoinedAt: r.JoinedAt,
		}
	}
	return members, nil
}

func isErased(err error) bool { return errors.Is(err, domain.ErrErased) }
