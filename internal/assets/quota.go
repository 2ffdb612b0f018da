package assets

import (
	"context"
	"errors"
	"path"
	"strings"

	"parley/domain"
)

// notes are the entries of a user's folder.
func (s *Service) notes(ctx context.Context, folder string) ([]note, error) {
	names, err := s.Store.List(ctx, folder)
	if err != nil {
		return nil, err
	}
	notes := make([]note, 0, len(names))
	for _, name := range names {
		if n, ok := parseNote(name); ok {
			notes = append(notes, n)
		}
	}
	return notes, nil
}

func parseNote(name string) (n note, ok bool) {
	parts := strings.Split(name, ".")
	if len(parts) != 2 && len(parts) != 3 {
		return n, false
	}
	id, err1 := domain.ParseID(parts[0])
	size, err2 := domain.ParseID(parts[1])
	n = note{id: ID(id), size: size}
	if len(parts) == 3 {
		var err error
		if n.expires, err = domain.ParseID(parts[2]); err != nil {
			return n, false
		}
	}
	return n, errors.Join(err1, err2) == nil
}

// mayKeep decides whether a user may announce one more file.
func (s *Service) mayKeep(ctx context.Context, a Asset) error {
	notes, err := s.notes(ctx, ownerKey(a.App, a.Owner))
	if err != nil {
		return err
	}
	pending, bytes := 0, a.Size
	for _, n := range notes {
		bytes += n.size
		if n.expires > a.CreatedAt {
			pending++
		}
	}
	switch {
	case pending >= s.Limits.Pending:
		return domain.ErrRateLimited.Because("%d uploads are not complete; complete them or wait until they expire", pending)
	case len(notes) >= s.Limits.Files:
		return domain.ErrUploadQuota.Because("a user keeps at most %d files", s.Limits.Files)
	case bytes > s.Limits.Bytes:
		return domain.ErrUploadQuota.Because("a user keeps at most %d bytes of files", s.Limits.Bytes)
	}
	return nil
}

// settleNote notes that an asset is complete.
func (s *Service) settleNote(ctx context.Context, a Asset) error {
	folder := ownerKey(a.App, a.Owner)
	if err := s.put(ctx, path.Join(folder, a.readyNote().String()), nil); err != nil {
		return err
	}
	return s.Store.Delete(ctx, path.Join(folder, a.pendingNote().String()))
}
