package assets

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync/atomic"
	"syscall"
)

// Disk is a Store in a folder. Nothing outside of the folder can be reached
// through it, by symbolic links neither.
type Disk struct {
	root    *os.Root
	nest    *nest
	minFree int64
	writing atomic.Int64 // bytes of Puts under way
}

// OpenDisk opens a folder, which is made if it is not there, and takes away
// what processes that are gone have left half-written. At least minFree bytes
// of the disk stay free.
func OpenDisk(dir string, minFree int64) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("asset folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("asset folder: %w", err)
	}
	d := &Disk{root: root, minFree: minFree}
	if d.nest, err = newNest(root); err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("asset folder: %w", err)
	}
	return d, nil
}

// Close gives the folder free.
func (d *Disk) Close() error { return errors.Join(d.nest.remove(), d.root.Close()) }

// Put writes beside, makes it durable and moves it into place.
func (d *Disk) Put(ctx context.Context, key string, size int64, r io.Reader) error {
	if !validKey(key) {
		return fmt.Errorf("put %q: not a key", key)
	}
	if err := d.Room(ctx, size); err != nil {
		return err
	}
	d.writing.Add(size)
	defer d.writing.Add(-size)
	tmp := path.Join(d.nest.dir, rand.Text())
	err := d.write(tmp, size, r)
	if err == nil {
		err = d.place(tmp, key)
	}
	if err != nil {
		_ = d.root.Remove(tmp) // may not be there
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			return fmt.Errorf("put %s: %w: %w", key, ErrFull, err)
		}
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

func (d *Disk) write(name string, size int64, r io.Reader) (err error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	n, err := io.Copy(f, r)
	switch {
	case err != nil:
		return err
	case n != size:
		return fmt.Errorf("%d bytes instead of %d: %w", n, size, io.ErrUnexpectedEOF)
	}
	return f.Sync()
}

// place moves a file to its key so that a crash finds all of it or nothing.
func (d *Disk) place(tmp, key string) error {
	dir := path.Dir(key)
	if _, err := d.root.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := d.makeDir(dir); err != nil {
			return err
		}
	}
	if err := d.root.Rename(tmp, key); err != nil {
		return err
	}
	return d.sync(dir)
}

// makeDir makes a folder and those above it durable.
func (d *Disk) makeDir(dir string) error {
	if err := d.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for dir != "." {
		dir = path.Dir(dir)
		if err := d.sync(dir); err != nil {
			return err
		}
	}
	return nil
}

func (d *Disk) sync(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open opens a file.
func (d *Disk) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	if !validKey(key) {
		return nil, fmt.Errorf("open %q: %w", key, fs.ErrNotExist)
	}
	f, err := d.root.Open(key)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", key, err)
	}
	return f, nil
}

// Delete removes a file. A crash may bring it back.
func (d *Disk) Delete(_ context.Context, key string) error {
	if !validKey(key) {
		return fmt.Errorf("delete %q: not a key", key)
	}
	if err := d.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// List names the entries of a folder, none if there is no such folder.
func (d *Disk) List(_ context.Context, key string) ([]string, error) {
	if key == "" {
		key = "."
	}
	f, err := d.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", key, err)
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", key, err)
	}
	return names, nil
}

// Room looks at the free space of the disk, less what is on its way.
func (d *Disk) Room(_ context.Context, size int64) error {
	f, err := d.root.Open(".")
	if err != nil {
		return fmt.Errorf("free space: %w", err)
	}
	defer f.Close()
	free, known, err := freeSpace(f)
	switch {
	case err != nil:
		return fmt.Errorf("free space: %w", err)
	case known && free-d.writing.Load()-size < d.minFree:
		return ErrFull
	}
	return nil
}

func validKey(key string) bool { return fs.ValidPath(key) && key != "." }
