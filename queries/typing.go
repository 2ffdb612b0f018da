package queries

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Typists knows who types in a channel now, members or not, in no order.
type Typists interface {
	Typists(domain.AppID, domain.ChannelID) []domain.UserID
}

// WithTypists gives the service what Typing asks; without it nobody types.
func (s *Service) WithTypists(t Typists) *Service {
	s.typists = t
	return s
}

// Typing lists the members of a channel who type now, by user id, without the
// one who asks (CH-701).
func (s *Service) Typing(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID, id domain.ChannelID,
) ([]domain.UserID, domain.Standing, error) {
	var in domain.Standing
	var users []domain.UserID
	err := s.read(ctx, at, []string{directory}, func(b *pgx.Batch) {
		standing(b, app, user, id, &in)
		users = nil
		typists := s.typistsIn(app, user, id)
		if len(typists) == 0 {
			return
		}
		b.Queue(`
			SELECT m.member
			FROM unnest($3::text[]) AS t (typist)
			JOIN rm.members_v3 m ON m.app = $1 AND m.channel = $2 AND m.member = t.typist`, app, int64(id), typists).
			Query(func(rows pgx.Rows) (err error) {
				users, err = pgx.CollectRows(rows, pgx.RowTo[domain.UserID])
				return err
			})
	})
	if err != nil {
		return nil, in, fmt.Errorf("list who types: %w", err)
	}
	slices.Sort(users)
	return users, in, nil
}

func (s *Service) typistsIn(app domain.AppID, without domain.UserID, id domain.ChannelID) []string {
	if s.typists == nil {
		return nil
	}
	var names []string
	for _, u := range s.typists.Typists(app, id) {
		if u != without {
			names = append(names, string(u))
		}
	}
	return names
}
