package queries

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Block is a user whom another blocks; CreatedAt in milliseconds since 1970.
type Block struct {
	User        domain.UserID
	DisplayName string
	CreatedAt   int64
}

type blockRow struct {
	Blocked    string
	CreatedAt  int64
	NameEvent  *uuid.UUID
	NameSealed []byte
}

// Blocks lists whom a user blocks, the newest first (CH-901).
func (s *Service) Blocks(ctx context.Context, at Freshness, app domain.AppID, user domain.UserID) ([]Block, error) {
	var rows []blockRow
	err := s.read(ctx, at, []string{directory}, func(b *pgx.Batch) {
		b.Queue(`
			SELECT b.blocked, b.created_at, n.event, n.sealed
			FROM rm.blocks_v3 b
			LEFT JOIN rm.names_v3 n ON n.app = b.app AND n.named = b.blocked
			WHERE b.app = $1 AND b.blocker = $2
			ORDER BY b.position DESC`, app, user).Query(many(&rows))
	})
	if err != nil {
		return nil, fmt.Errorf("list blocks: %w", err)
	}
	names := make([]name, len(rows))
	for i, r := range rows {
		names[i] = nameOf(r.Blocked, r.NameEvent, r.NameSealed)
	}
	if err := s.names.open(ctx, app, names); err != nil {
		return nil, err
	}
	blocks := make([]Block, len(rows))
	for i, r := range rows {
		blocks[i] = Block{User: domain.UserID(r.Blocked), DisplayName: names[i].text, CreatedAt: r.CreatedAt}
	}
	return blocks, nil
}
