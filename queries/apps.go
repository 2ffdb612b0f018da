package queries

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// App is a tenant; CreatedAt in milliseconds since 1970.
type App struct {
	ID        domain.AppID
	CreatedAt int64
	Limits    domain.Limits
}

// Key is a key as last issued; RevokedAt is 0 for one that is valid.
type Key struct {
	ID         string
	Version    int
	Capability map[string][]string
	Native     bool
	IssuedAt   int64
	RevokedAt  int64
}

// Apps lists apps by their ids, from after one on.
func (s *Service) Apps(ctx context.Context, at Freshness, after domain.AppID, limit int) (apps []App, err error) {
	err = s.read(ctx, at, []string{directory}, func(b *pgx.Batch) {
		b.Queue(`
			SELECT app, created_at, coalesce(limits, '{}')
			FROM rm.apps_v3
			WHERE app > $1
			ORDER BY app
			LIMIT $2`, after, limit).Query(many(&apps))
	})
	if err != nil {
		return nil, fmt.Errorf("list apps: %w", err)
	}
	return apps, nil
}

// App reads one app; false if there is none.
func (s *Service) App(ctx context.Context, at Freshness, id domain.AppID) (App, bool, error) {
	var apps []App
	err := s.read(ctx, at, []string{directory}, func(b *pgx.Batch) {
		b.Queue(`
			SELECT app, created_at, coalesce(limits, '{}')
			FROM rm.apps_v3
			WHERE app = $1`, id).Query(many(&apps))
	})
	if err != nil || len(apps) == 0 {
		return App{}, false, wrap("read app", err)
	}
	return apps[0], true, nil
}

// Keys lists the keys of an app by their ids, from after one on; false if
// there is no such app.
func (s *Service) Keys(ctx context.Context, at Freshness, app domain.AppID, after string, limit int) (keys []Key, found bool, err error) {
	err = s.read(ctx, at, []string{directory}, func(b *pgx.Batch) {
		b.Queue(`SELECT true FROM rm.apps_v3 WHERE app = $1`, app).Query(one(&found))
		b.Queue(`
			SELECT key, version, capability, native, issued_at, coalesce(revoked_at, 0)
			FROM rm.keys_v3
			WHERE app = $1 AND key > $2
			ORDER BY key
			LIMIT $3`, app, after, limit).Query(many(&keys))
	})
	return keys, found, wrap("list keys", err)
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
