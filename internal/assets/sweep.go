package assets

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"parley/domain"
)

const sweepEvery = 10 * time.Minute

// Run takes expired uploads away from time to time, until the context ends.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if n, err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.Logger.Warn("sweep of expired uploads", "err", err)
		} else if n > 0 {
			s.Logger.Info("expired uploads are gone", "uploads", n)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// Sweep takes away every upload that was not completed in time, and counts
// them.
func (s *Service) Sweep(ctx context.Context) (gone int, err error) {
	apps, err := s.Store.List(ctx, "")
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, app := range apps {
		if !domain.AppID(app).Valid() {
			continue
		}
		users, err := s.Store.List(ctx, path.Join(app, owners))
		errs = append(errs, err)
		for _, user := range users {
			n, err := s.sweepOwner(ctx, domain.AppID(app), path.Join(app, owners, user))
			gone += n
			errs = append(errs, err)
		}
	}
	return gone, errors.Join(errs...)
}

func (s *Service) sweepOwner(ctx context.Context, app domain.AppID, folder string) (gone int, err error) {
	notes, err := s.notes(ctx, folder)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, n := range notes {
		if n.expires == 0 || s.Now().Before(time.UnixMilli(n.expires).Add(sweepGrace)) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return gone, err
		}
		switch removed, err := s.sweepNote(ctx, app, folder, n); {
		case err != nil:
			errs = append(errs, fmt.Errorf("upload %s: %w", n.id, err))
		case removed:
			gone++
		}
	}
	return gone, errors.Join(errs...)
}

func (s *Service) sweepNote(ctx context.Context, app domain.AppID, folder string, n note) (removed bool, err error) {
	if !s.hold(n.id) {
		return false, nil
	}
	defer s.free(n.id)
	a, found, err := s.load(ctx, app, n.id)
	if err != nil {
		return false, err
	}
	if found && a.State == Ready {
		return false, s.settleNote(ctx, a)
	}
	// The note goes last: until then all this is tried again.
	for _, name := range []string{bytesName, metaName} {
		if err := s.Store.Delete(ctx, keyOf(app, n.id, name)); err != nil {
			return false, err
		}
	}
	return true, s.Store.Delete(ctx, path.Join(folder, n.String()))
}
