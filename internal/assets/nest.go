package assets

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// nests is the folder of the folders in which files are written. It cannot be
// an app's: no app has a dot in its id.
const nests = "tmp.d"

// nest is the folder of one process for what is half-written. It is locked
// while the process lives, so others see which ones are left behind.
type nest struct {
	root *os.Root
	dir  string
	held *os.File
}

func newNest(root *os.Root) (*nest, error) {
	if err := root.MkdirAll(nests, 0o700); err != nil {
		return nil, err
	}
	if err := sweepNests(root); err != nil {
		return nil, err
	}
	for {
		n := &nest{root: root, dir: path.Join(nests, rand.Text())}
		if err := root.Mkdir(n.dir, 0o700); err != nil {
			return nil, err
		}
		held, err := lockNest(root, n.dir)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EWOULDBLOCK) {
			continue // another process swept it before it was locked
		}
		if err != nil {
			return nil, err
		}
		if _, err := root.Stat(n.dir); err == nil {
			n.held = held
			return n, nil
		}
		held.Close()
	}
}

// sweepNests removes the folders that no living process holds.
func sweepNests(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), nests)
	if err != nil {
		return err
	}
	for _, e := range entries {
		dir := path.Join(nests, e.Name())
		held, err := lockNest(root, dir)
		switch {
		case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		}
		err = errors.Join(root.RemoveAll(dir), held.Close())
		if err != nil {
			return err
		}
	}
	return nil
}

func lockNest(root *os.Root, dir string) (*os.File, error) {
	f, err := root.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (n *nest) remove() error {
	return errors.Join(n.root.RemoveAll(n.dir), n.held.Close())
}
