package assets

import (
	"context"
	"errors"
	"io"
)

// Store keeps bytes under keys: paths of plain segments.
type Store interface {
	// Put keeps exactly size bytes of r under a key, all or nothing: when it
	// returns nil they survive a crash, when it fails nothing of them is there.
	Put(ctx context.Context, key string, size int64, r io.Reader) error
	// Open reads what is kept under a key; fs.ErrNotExist without any.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Delete takes a key away; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List names what is directly below a key.
	List(ctx context.Context, key string) ([]string, error)
	// Room is ErrFull when so many bytes would not fit.
	Room(ctx context.Context, size int64) error
}

// ErrFull says that a store has no room.
var ErrFull = errors.New("the asset store is full")
