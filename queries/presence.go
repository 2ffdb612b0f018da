package queries

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// occupancyProjections are read for who is in a channel, and whether the
// reader may know.
var occupancyProjections = []string{directory, occupancy}

// Occupied is how much goes on in a channel: subscribed sockets, and members
// who have one.
type Occupied struct {
	Connections     int64
	PresenceMembers int64
}

// Occupancy counts who is in a channel, on the nodes that are alive by the
// database's clock. The standing is the asking user's; the caller authorises
// with it before it uses the figures.
func (s *Service) Occupancy(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, channel domain.ChannelID) (o Occupied, in domain.Standing, err error) {
	err = s.read(ctx, at, occupancyProjections, func(b *pgx.Batch) {
		standing(b, app, user, channel, &in)
		o = Occupied{}
		b.Queue(`
			SELECT coalesce(sum(g.connections), 0)::bigint
			FROM rm.gauges_v1 g
			JOIN public.nodes l ON l.node = g.node AND l.expires_at > now()
			WHERE g.app = $1 AND g.channel = $2`, app, int64(channel)).Query(one(&o.Connections))
		b.Queue(`
			SELECT count(DISTINCT p.member)
			FROM rm.presence_v1 p
			JOIN public.nodes l ON l.node = p.node AND l.expires_at > now()
			JOIN rm.members_v3 m ON m.app = p.app AND m.channel = p.channel AND m.member = p.member
			WHERE p.app = $1 AND p.channel = $2`, app, int64(channel)).Query(one(&o.PresenceMembers))
	})
	if err != nil {
		return o, in, fmt.Errorf("read occupancy: %w", err)
	}
	return o, in, nil
}

// PresentMember is a member who is in the channel; Since in milliseconds since
// 1970.
type PresentMember struct {
	User        domain.UserID
	DisplayName string
	Since       int64
}

type presentRow struct {
	Member     string
	Since      int64
	NameEvent  *uuid.UUID
	NameSealed []byte
}

// Present lists the members who are in a channel, by user id, after a user
// when after is set, at most limit. The standing is the asking user's; the
// caller authorises with it before it uses the list.
func (s *Service) Present(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, channel domain.ChannelID,
	after domain.UserID, limit int,
) ([]PresentMember, domain.Standing, error) {
	var rows []presentRow
	var in domain.Standing
	err := s.read(ctx, at, occupancyProjections, func(b *pgx.Batch) {
		standing(b, app, user, channel, &in)
		b.Queue(`
			SELECT p.member, p.since, n.event, n.sealed
			FROM (
				SELECT p.app, p.member, min(p.since) AS since
				FROM rm.presence_v1 p
				JOIN public.nodes l ON l.node = p.node AND l.expires_at > now()
				JOIN rm.members_v3 m ON m.app = p.app AND m.channel = p.channel AND m.member = p.member
				WHERE p.app = $1 AND p.channel = $2 AND p.member > $3
				GROUP BY p.app, p.member
				ORDER BY p.member
				LIMIT $4
			) AS p
			LEFT JOIN rm.names_v3 n ON n.app = p.app AND n.named = p.member
			ORDER BY p.member`, app, int64(channel), after, limit).Query(many(&rows))
	})
	if err != nil {
		return nil, in, fmt.Errorf("list who is present: %w", err)
	}
	names := make([]name, len(rows))
	for i, r := range rows {
		names[i] = nameOf(r.Member, r.NameEvent, r.NameSealed)
	}
	if err := s.names.open(ctx, app, names); err != nil {
		return nil, in, err
	}
	list := make([]PresentMember, len(rows))
	for i, r := range rows {
		list[i] = PresentMember{User: domain.UserID(r.Member), DisplayName: names[i].text, Since: r.Since}
	}
	return list, in, nil
}

// PresentAmong tells which of the users are members and in a channel now, by user
// id; without users, who is.
func (s *Service) PresentAmong(ctx context.Context, at Freshness, app domain.AppID, channel domain.ChannelID, users ...domain.UserID) ([]domain.UserID, error) {
	var rows []struct{ User domain.UserID }
	err := s.read(ctx, at, occupancyProjections, func(b *pgx.Batch) {
		if len(users) == 0 {
			b.Queue(`
				SELECT DISTINCT p.member
				FROM rm.presence_v1 p
				JOIN public.nodes l ON l.node = p.node AND l.expires_at > now()
				JOIN rm.members_v3 m ON m.app = p.app AND m.channel = p.channel AND m.member = p.member
				WHERE p.app = $1 AND p.channel = $2
				ORDER BY p.member`, app, int64(channel)).Query(many(&rows))
			return
		}
		b.Queue(`
			SELECT u.member
			FROM (SELECT DISTINCT member FROM unnest($3::text[]) AS u (member)) AS u
			JOIN rm.members_v3 m ON m.app = $1 AND m.channel = $2 AND m.member = u.member
			WHERE EXISTS (
				SELECT 1 FROM rm.presence_v1 p
				JOIN public.nodes l ON l.node = p.node AND l.expires_at > now()
				WHERE p.app = $1 AND p.channel = $2 AND p.member = u.member)
			ORDER BY u.member COLLATE "C"`, app, int64(channel), users).Query(many(&rows))
	})
	if err != nil {
		return nil, fmt.Errorf("read who is present: %w", err)
	}
	list := make([]domain.UserID, len(rows))
	for i, r := range rows {
		list[i] = r.User
	}
	return list, nil
}

// Remains are an app's rows of a node that is not alive.
type Remains struct {
	Node domain.NodeID
	App  domain.AppID
}

// Remains lists what nodes that are gone have left behind, by node and app. It
// looks at one row of each node and app.
func (s *Service) Remains(ctx context.Context, at Freshness) ([]Remains, error) {
	var list []Remains
	err := s.read(ctx, at, []string{occupancy}, func(b *pgx.Batch) {
		b.Queue(`
			WITH RECURSIVE present AS (
				(SELECT node, app FROM rm.presence_v1 ORDER BY node, app LIMIT 1)
				UNION ALL
				SELECT n.node, n.app FROM present p, LATERAL (
					SELECT node, app FROM rm.presence_v1 WHERE (node, app) > (p.node, p.app) ORDER BY node, app LIMIT 1) AS n
			), counted AS (
				(SELECT node, app FROM rm.gauges_v1 ORDER BY node, app LIMIT 1)
				UNION ALL
				SELECT n.node, n.app FROM counted p, LATERAL (
					SELECT node, app FROM rm.gauges_v1 WHERE (node, app) > (p.node, p.app) ORDER BY node, app LIMIT 1) AS n
			)
			SELECT r.node, r.app FROM (SELECT node, app FROM present UNION SELECT node, app FROM counted) AS r
			WHERE NOT EXISTS (SELECT 1 FROM public.nodes l WHERE l.node = r.node AND l.expires_at > now())
			ORDER BY r.node, r.app`).Query(many(&list))
	})
	if err != nil {
		return nil, fmt.Errorf("look for what nodes left behind: %w", err)
	}
	return list, nil
}
