package projections

import (
	"context"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Directory keeps who and what exists: apps and their keys,
// channels, members, names, blocks.
var Directory = Projection{
	Name: "directory", Version: 3,
	Tables:     []string{"channels", "members", "names", "blocks", "apps", "keys"},
	Categories: []string{"channel", "user", "app"},
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
		case "app":
			if err := applyApp(b, r); err != nil {
				return err
			}
		}
	}
	tx.Store(b)
	return nil
}
