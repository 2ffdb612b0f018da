package projections

import (
	"context"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Directory keeps who and what exists: channels, members, names, blocks.
var Directory = Projection{
	Name: "directory", Version: 1,
	Tables:     []string{"channels", "members", "names", "blocks"},
	Categories: []string{"channel", "user"},
	Apply:      applyDirectory,
}

func applyDirectory(_ context.Context, tx Tx, events []domain.Recorded) error {
	b := &pgx.Batch{}
	for _, r := range events {
		switch r.Stream.Category {
		case "channel":
			applyChannel(b, r)
			applyMember(b, r)
		case "user":
			applyUser(b, r)
		}
	}
	tx.Store(b)
	return nil
}
