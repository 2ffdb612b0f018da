package assets

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"time"

	"parley/domain"
)

// NewUpload announces a file of a user.
type NewUpload struct {
	App     domain.AppID
	Owner   domain.UserID
	Channel domain.ChannelID // of an attachment
	domain.NewUpload
}

// Begin announces a file: its id, and the URL to send its bytes to.
func (s *Service) Begin(ctx context.Context, u NewUpload) (Asset, string, error) {
	if err := u.Check(s.Types); err != nil {
		return Asset{}, "", err
	}
	now := s.Now()
	a := Asset{
		ID: newID(), App: u.App, Owner: u.Owner, For: u.For, Channel: u.Channel, Shortcode: u.Shortcode,
		File: cleanName(u.File), Declared: u.Type, Size: u.Size, State: Pending,
		CreatedAt: now.UnixMilli(), ExpiresAt: now.Add(uploadTTL).Truncate(time.Second).UnixMilli(),
	}
	if err := s.Store.Room(ctx, u.Size); err != nil {
		return Asset{}, "", refused(err)
	}
	lock := s.owner(u.App, u.Owner)
	lock.Lock()
	defer lock.Unlock()
	if err := s.mayKeep(ctx, a); err != nil {
		return Asset{}, "", err
	}
	// The note comes first: what has one is swept.
	err := s.put(ctx, path.Join(ownerKey(a.App, a.Owner), a.pendingNote().String()), nil)
	if err == nil {
		err = s.save(ctx, a)
	}
	if err != nil {
		return Asset{}, "", refused(fmt.Errorf("announce a file: %w", err))
	}
	return a, s.base(a.App, a.ID.String()) + "?" + s.signer.upload(a), nil
}

// Upload is an upload as its uploader sees it.
func (s *Service) Upload(ctx context.Context, app domain.AppID, owner domain.UserID, id ID) (Asset, error) {
	a, err := s.own(ctx, app, owner, id)
	return a.shown(s.Now(), s.held(id)), err
}

func (s *Service) own(ctx context.Context, app domain.AppID, owner domain.UserID, id ID) (Asset, error) {
	a, found, err := s.load(ctx, app, id)
	switch {
	case err != nil:
		return Asset{}, err
	case !found || a.Owner != owner:
		return Asset{}, domain.ErrUploadNotFound
	}
	return a, nil
}

// Receive takes the bytes of an announced file. They are kept only if they are
// as announced.
func (s *Service) Receive(ctx context.Context, g Grant, length int64, body io.Reader) error {
	if !s.hold(g.ID) {
		return domain.ErrUploadExists.Because("the file is being sent already")
	}
	defer s.free(g.ID)
	a, found, err := s.load(ctx, g.App, g.ID)
	switch {
	case err != nil:
		return err
	case !found:
		return domain.ErrAssetNotFound
	case a.State != Pending:
		return domain.ErrUploadExists
	case length > a.Size:
		return errTooLong(a.Size)
	case length >= 0 && length < a.Size:
		return errTooShort(a.Size)
	}
	if err := s.keep(ctx, &a, body); err != nil {
		return refused(err)
	}
	a.State = Processing
	if err := s.save(ctx, a); err != nil {
		return refused(err)
	}
	return nil
}

// keep stores the bytes of an asset and notes what they are.
func (s *Service) keep(ctx context.Context, a *Asset, body io.Reader) error {
	b := bufio.NewReaderSize(&bodyReader{body}, sniffed)
	head, err := b.Peek(int(min(sniffed, a.Size)))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	var agrees bool
	if a.Type, agrees = sniff(a.Declared, head); !agrees {
		return domain.ErrInvalidUpload.Because("the bytes are not of type %s", a.Declared)
	}
	r := &exactly{r: b, left: a.Size, size: a.Size, sum: sha256.New()}
	key := keyOf(a.App, a.ID, bytesName)
	if err := s.Store.Put(ctx, key, a.Size, r); err != nil {
		return err
	}
	a.SHA256 = hex.EncodeToString(r.sum.Sum(nil))
	if !isImage(a.Type) {
		return nil
	}
	f, err := s.Store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer f.Close()
	if fault := imageFault(a.Type, f, maxStoredPixels); fault != nil {
		return errors.Join(domain.ErrInvalidUpload.Because("the image cannot be used: %s", fault), s.Store.Delete(ctx, key))
	}
	return nil
}

func errTooLong(size int64) error {
	return domain.ErrBodyTooLarge.Because("the body is larger than the announced %d bytes", size)
}

func errTooShort(size int64) error {
	return domain.ErrInvalidUpload.Because("the body has fewer than the announced %d bytes", size)
}

// bodyReader tells faults of the sender from those of the store.
type bodyReader struct{ r io.Reader }

func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = domain.ErrInvalidUpload.Because("the body could not be read, or came too slowly")
	}
	return n, err
}

// exactly passes on so many bytes, neither fewer nor more, and sums them up.
type exactly struct {
	r          io.Reader
	left, size int64
	sum        hash.Hash
}

func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.left -= int64(n)
	e.sum.Write(p[:n])
	switch {
	case e.left < 0:
		return 0, errTooLong(e.size)
	case errors.Is(err, io.EOF) && e.left > 0:
		return n, errTooShort(e.size)
	}
	return n, err
}

// Complete makes an asset of an upload whose bytes are here; repeating it
// changes nothing.
func (s *Service) Complete(ctx context.Context, app domain.AppID, owner domain.UserID, id ID) (Asset, error) {
	a, err := s.own(ctx, app, owner, id)
	if err != nil {
		return a, err
	}
	switch a.shown(s.Now(), false).State {
	case Ready:
		return a, nil
	case Pending:
		return a, domain.ErrUploadIncomplete
	case Failed:
		return a, domain.ErrUploadIncomplete.Because("the upload has expired; begin again")
	}
	a.State = Ready
	if err := s.save(ctx, a); err != nil {
		return a, refused(err)
	}
	// A crash from here on leaves the other note, which the sweep sets right.
	return a, refused(s.settleNote(ctx, a))
}
