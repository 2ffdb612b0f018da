package projections

import (
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

func applyApp(b *pgx.Batch, r domain.Recorded) error {
	app := r.Stream.App
	switch e := r.Event.(type) {
	case domain.AppCreated:
		b.Queue(`
			INSERT INTO apps (app, created_at, position)
			VALUES ($1, $2, $3)`, app, r.Time.UnixMilli(), r.Position)
	case domain.AppLimited:
		limits, err := json.Marshal(e.Limits)
		if err != nil {
			return permanent{fmt.Errorf("limits: %w", err)}
		}
		b.Queue(`
			UPDATE apps SET limits = $2
			WHERE app = $1`, app, string(limits))
	case domain.KeyIssued:
		capability, err := json.Marshal(e.Capability)
		if err != nil {
			return permanent{fmt.Errorf("capability: %w", err)}
		}
		b.Queue(`
			INSERT INTO keys (app, key, version, capability, native, issued_at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (app, key) DO UPDATE SET
				version = excluded.version, capability = excluded.capability, native = excluded.native,
				issued_at = excluded.issued_at, revoked_at = NULL`,
			app, e.Key, e.Version, string(capability), e.Native, r.Time.UnixMilli())
	case domain.KeyRevoked:
		b.Queue(`
			UPDATE keys SET revoked_at = $3
			WHERE app = $1 AND key = $2`, app, e.Key, r.Time.UnixMilli())
	}
	return nil
}
