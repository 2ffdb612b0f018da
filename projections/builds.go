package projections

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Build is a build that there is, of this code or of another version.
type Build struct {
	Projection string `json:"projection"`
	Version    int    `json:"version"`
	Build      int    `json:"build"`
	State      string `json:"state"` // building, live, retired, scratch
	Position   int64  `json:"position"`
	Parked     int    `json:"parked"`
}

// Builds lists all builds, the newest first of each projection.
func (r *Runtime) Builds(ctx context.Context) ([]Build, error) {
	rows, err := r.maker.db.Query(ctx, `
		SELECT b.name, b.code_version, b.build, b.state, b.position, (
			SELECT count(*) FROM public.parked k
			WHERE k.projection = b.name AND k.code_version = b.code_version AND k.build = b.build)
		FROM public.projections b
		ORDER BY b.name, b.code_version DESC, b.build DESC`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Build])
}
