package keyring_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/keyring"
)

var (
	root1 = bytes.Repeat([]byte{0x11}, 32)
	root2 = bytes.Repeat([]byte{0x22}, 32)
)

func TestFirstStartMakesARootKey(t *testing.T) {
	pool, file := database(t), rootFile(t)
	var log bytes.Buffer
	cfg := keyring.Config{RootKeyFile: file, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	r, err := keyring.Open(t.Context(), pool, cfg)
	require.NoError(t, err)
	r.Close()

	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	require.Equal(t, 1, count(t, pool, `SELECT count(*) FROM keyring_generations WHERE generation = 1`))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), "Back it up")
	require.Contains(t, log.String(), "back it up")
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	require.NotContains(t, log.String(), strings.Fields(lines[len(lines)-1])[1])

	open(t, pool, file)
	again, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, text, again, "the file is never written again")
}

func TestFirstStartTakesAnExistingRootKey(t *testing.T) {
	pool, file := database(t), rootFile(t)
	writeRoots(t, file, root1, root2)
	open(t, pool, file)
	require.Equal(t, 2, count(t, pool, `SELECT sum(generation) FROM keyring_generations`))
}

func TestWrongRootKeyFilesAreRefused(t *testing.T) {
	valid := "1 " + base64.StdEncoding.EncodeToString(root1) + "\n"
	tests := map[string]struct {
		text   string
		mode   os.FileMode
		reason error
	}{
		"another key":         {"1 " + base64.StdEncoding.EncodeToString(root2), 0o600, keyring.ErrRootKeyDiffers},
		"another generation":  {"2" + valid[1:], 0o600, keyring.ErrRootKeyLacks},
		"readable by group":   {valid, 0o640, keyring.ErrRootKeyExposed},
		"readable by all":     {valid, 0o604, keyring.ErrRootKeyExposed},
		"empty":               {"", 0o600, keyring.ErrRootKeyMalformed},
		"comments only":       {"# 1 key\n\n", 0o600, keyring.ErrRootKeyMalformed},
		"no generation":       {valid[2:], 0o600, keyring.ErrRootKeyMalformed},
		"generation 0":        {"0" + valid[1:], 0o600, keyring.ErrRootKeyMalformed},
		"generation no digit": {"x" + valid[1:], 0o600, keyring.ErrRootKeyMalformed},
		"short key":           {"1 c2hvcnQ=\n", 0o600, keyring.ErrRootKeyMalformed},
		"not base64":          {strings.Replace(valid, "E", "!", 1), 0o600, keyring.ErrRootKeyMalformed},
		"repeated":            {valid + valid, 0o600, keyring.ErrRootKeyMalformed},
		"more on a line":      {strings.TrimSpace(valid) + " more\n", 0o600, keyring.ErrRootKeyMalformed},
	}
	pool, right := database(t), rootFile(t)
	writeRoots(t, right, root1)
	open(t, pool, right)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file := rootFile(t)
			require.NoError(t, os.WriteFile(file, []byte(tt.text), 0o600))
			require.NoError(t, os.Chmod(file, tt.mode))

			_, err := keyring.Open(t.Context(), pool, config(file))
			require.ErrorIs(t, err, tt.reason)
			var refused *keyring.RootKeyError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, file, refused.File)
			require.ErrorContains(t, err, refused.Remedy)
			require.NotContains(t, err.Error(), valid[4:20], "errors hold no key")

			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, tt.text, string(text))
			require.Equal(t, 1, count(t, pool, `SELECT count(*) FROM keyring_generations`))
		})
	}
}

func TestMissingRootKeyFileIsNotMadeAnew(t *testing.T) {
	pool := database(t)
	open(t, pool, rootFile(t))
	file := rootFile(t)
	_, err := keyring.Open(t.Context(), pool, config(file))
	require.ErrorIs(t, err, keyring.ErrRootKeyMissing)
	require.NoFileExists(t, file)
}

func TestFolderIsNoRootKeyFile(t *testing.T) {
	_, err := keyring.Open(t.Context(), database(t), config(t.TempDir()))
	require.ErrorIs(t, err, keyring.ErrRootKeyMalformed)
}

func TestRefusedFirstStartLeavesNoRow(t *testing.T) {
	pool, file := database(t), rootFile(t)
	writeRoots(t, file, root1)
	require.NoError(t, os.Chmod(file, 0o644))
	_, err := keyring.Open(t.Context(), pool, config(file))
	require.ErrorIs(t, err, keyring.ErrRootKeyExposed)

	_, err = keyring.Open(t.Context(), pool, config(filepath.Join(t.TempDir(), "no", "folder")))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Zero(t, count(t, pool, `SELECT count(*) FROM keyring_generations`))
}

func TestConfigNeedsAFile(t *testing.T) {
	_, err := keyring.Open(t.Context(), nil, keyring.Config{CacheSize: -1})
	require.ErrorContains(t, err, "root key file is not set")
	require.ErrorContains(t, err, "cache size")
}

func TestNodesThatStartTogetherShareAFile(t *testing.T) {
	pool, file := database(t), rootFile(t)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			r, err := keyring.Open(t.Context(), pool, config(file))
			errs[i] = err
			if err == nil {
				r.Close()
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 1, count(t, pool, `SELECT count(*) FROM keyring_generations`))
}

func TestOfNodesWithTheirOwnFilesOneWins(t *testing.T) {
	pool := database(t)
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		file := rootFile(t)
		writeRoots(t, file, bytes.Repeat([]byte{byte(i)}, 32))
		wg.Go(func() {
			r, err := keyring.Open(t.Context(), pool, config(file))
			errs[i] = err
			if err == nil {
				r.Close()
			}
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, keyring.ErrRootKeyDiffers)
	}
	require.Equal(t, 1, won)
	require.Equal(t, 1, count(t, pool, `SELECT count(*) FROM keyring_generations`))
}
