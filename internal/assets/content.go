package assets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"parley/domain"
)

// Full is the size of an asset as it was sent.
const Full = "full"

// Sizes are the sizes in which an image can be had: as it is, or with its
// longest edge at most so many pixels (CH-511).
var Sizes = []string{Full, "1600", "512", "256", "128"}

// ValidSize reports whether there is such a size.
func ValidSize(size string) bool { return slices.Contains(Sizes, size) }

// Sizeable reports whether files of a type come in several sizes (CH-512).
func Sizeable(contentType string) bool { return isImage(contentType) }

// Content is the bytes of an asset in a size, with what to say of them. The
// caller closes it.
type Content struct {
	io.ReadSeekCloser
	Bytes       int64
	Type        string
	Disposition string
	ETag        string
	Modified    time.Time
}

// Content opens what a download's URL grants. Smaller sizes are made when
// they are first asked for.
func (s *Service) Content(ctx context.Context, g Grant) (Content, error) {
	a, found, err := s.load(ctx, g.App, g.ID)
	switch {
	case err != nil:
		return Content{}, err
	case !found || a.State != Ready:
		return Content{}, domain.ErrAssetNotFound
	}
	c := Content{Bytes: a.Size, Type: a.Type, ETag: `"` + a.SHA256 + `"`, Modified: time.UnixMilli(a.CreatedAt)}
	if g.Size == Full {
		if c.ReadSeekCloser, err = s.Store.Open(ctx, keyOf(a.App, a.ID, bytesName)); err != nil {
			return Content{}, fmt.Errorf("asset %s: %w", a.ID, err)
		}
		c.Disposition = disposition(c.Type, a.File)
		return c, nil
	}
	if !ValidSize(g.Size) || !isImage(a.Type) {
		return Content{}, domain.ErrAssetNotFound.Because("the asset has no such size")
	}
	if c.ReadSeekCloser, err = s.thumbs.open(ctx, a, g.Size); err != nil {
		return Content{}, err
	}
	c.ETag = `"` + a.SHA256 + "-" + g.Size + `"`
	if c.Type, c.Bytes, err = thumbType(c.ReadSeekCloser); err != nil {
		c.Close()
		return Content{}, fmt.Errorf("asset %s in size %s: %w", a.ID, g.Size, err)
	}
	c.Disposition = disposition(c.Type, thumbName(a.File, c.Type))
	return c, nil
}

// openThumb opens a smaller size that was made; fs.ErrNotExist when it was
// not. One that cannot be made is not there for the caller.
func (s *Service) openThumb(ctx context.Context, a Asset, size string) (io.ReadSeekCloser, error) {
	f, err := s.Store.Open(ctx, keyOf(a.App, a.ID, size))
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	unfit, err := s.Store.Open(ctx, keyOf(a.App, a.ID, unfitName))
	if err != nil {
		return nil, err
	}
	unfit.Close()
	return nil, errUnfit
}

var errUnfit = domain.ErrAssetNotFound.Because("no smaller image can be made of the asset")
