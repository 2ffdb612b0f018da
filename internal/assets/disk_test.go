package assets_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/assets"
)

// writerDir makes the test binary a process that writes to a folder and never
// ends.
const writerDir = "PARLEY_TEST_ASSET_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		writeForever(dir)
	}
	os.Exit(m.Run())
}

// writeForever begins to keep a file and says so when half of it is written.
func writeForever(dir string) {
	d, err := assets.OpenDisk(dir, 0)
	if err != nil {
		panic(err)
	}
	r, w := io.Pipe()
	go func() {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			panic(err)
		}
		os.Stdout.WriteString("half\n")
	}()
	panic(d.Put(context.Background(), "demo/001/1.bytes", 2<<20, r))
}

func openDisk(t *testing.T, dir string) *assets.Disk {
	t.Helper()
	d, err := assets.OpenDisk(dir, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// files lists everything below a folder but folders.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	}))
	return names
}

func TestAKilledWriterLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	writer := exec.CommandContext(t.Context(), os.Args[0])
	writer.Env = append(os.Environ(), writerDir+"="+dir)
	out, err := writer.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, writer.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "half\n", line)
	require.Len(t, files(t, dir), 1)

	openDisk(t, dir)
	require.Len(t, files(t, dir), 1, "the file of a living process is not touched")

	require.NoError(t, writer.Process.Kill())
	require.Error(t, writer.Wait())
	openDisk(t, dir)
	require.Empty(t, files(t, dir), "CH-535 a kill during the sending leaves nothing")
}

func TestPutIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	d := openDisk(t, dir)
	broken := errors.New("broken")
	for name, r := range map[string]io.Reader{
		"too short": strings.NewReader("123"), "too long": strings.NewReader("12345"),
		"a reader that fails": io.MultiReader(strings.NewReader("12"), errReader{broken}),
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, d.Put(t.Context(), "demo/001/1.bytes", 4, r))
			require.Empty(t, files(t, dir))
			_, err := d.Open(t.Context(), "demo/001/1.bytes")
			require.ErrorIs(t, err, fs.ErrNotExist)
		})
	}
	require.ErrorIs(t, d.Put(t.Context(), "demo/001/1.bytes", 4, errReader{broken}), broken)
	require.NoError(t, d.Put(t.Context(), "demo/001/1.bytes", 4, strings.NewReader("1234")))
	require.NoError(t, d.Put(t.Context(), "demo/001/1.bytes", 2, strings.NewReader("56")))
	f, err := d.Open(t.Context(), "demo/001/1.bytes")
	require.NoError(t, err)
	defer f.Close()
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, "56", string(b))
	require.NoError(t, d.Delete(t.Context(), "demo/001/1.bytes"))
	require.NoError(t, d.Delete(t.Context(), "demo/001/1.bytes"))
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

func TestNothingOutsideOfTheFolderIsReached(t *testing.T) {
	parent := t.TempDir()
	secret := filepath.Join(parent, "secret")
	require.NoError(t, os.WriteFile(secret, []byte("x"), 0o600))
	dir := filepath.Join(parent, "assets")
	d := openDisk(t, dir)
	require.NoError(t, os.Symlink(parent, filepath.Join(dir, "demo")))
	for _, key := range []string{"../secret", "demo/secret", "/etc/passwd", "a/../../secret", "", ".", secret} {
		_, err := d.Open(t.Context(), key)
		require.Error(t, err, key)
		require.Error(t, d.Put(t.Context(), key, 1, strings.NewReader("y")), key)
		require.Error(t, d.Delete(t.Context(), key), key)
	}
	b, err := os.ReadFile(secret)
	require.NoError(t, err)
	require.Equal(t, "x", string(b), "RS-124 nothing outside is changed")
}

func TestAFolderIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "assets")
	d := openDisk(t, dir)
	require.NoError(t, d.Put(t.Context(), "demo/001/1.bytes", 1, strings.NewReader("x")))
	for name, mode := range map[string]fs.FileMode{".": 0o700, "demo": 0o700, "demo/001": 0o700, "demo/001/1.bytes": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().Perm(), name)
	}
}

func TestADiskKeepsItsReserve(t *testing.T) {
	d, err := assets.OpenDisk(t.TempDir(), 1<<60)
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Close() })
	require.ErrorIs(t, d.Room(t.Context(), 1), assets.ErrFull)
	require.ErrorIs(t, d.Put(t.Context(), "demo/001/1.bytes", 1, strings.NewReader("x")), assets.ErrFull)
}
