package crashtest_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/assets"
	"parley/internal/pgtest"
	"parley/internal/server"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func assetSettings(t *testing.T) server.Assets {
	t.Helper()
	return server.Assets{Dir: t.TempDir(), Config: assets.Config{Key: strings.Repeat("a", 32), URL: "http://127.0.0.1/v1/assets"}}
}

// TestOwnWritesAreReadAfterARestart restarts a server whose projections had
// not yet applied the newest message: its sender must see it nevertheless
// (CH-020a).
func TestOwnWritesAreReadAfterARestart(t *testing.T) {
	dsn, rootKey := pgtest.URL(t), filepath.Join(t.TempDir(), "root.key")
	open := func() (*server.Server, *client) {
		s, err := server.Open(t.Context(), server.Config{
			DatabaseURL: dsn, RootKeyFile: rootKey, Operator: strings.Repeat("o", 32), Assets: assetSettings(t),
			Logger: slog.New(slog.DiscardHandler), Unsafe: true,
		})
		require.NoError(t, err)
		t.Cleanup(s.Close)
		h := httptest.NewServer(s.Handler)
		t.Cleanup(h.Close)
		return s, newClient(t, "ann", h.URL)
	}
	s, ann := open()
	_, err := s.Commands.DeclareApp(t.Context(), commands.DeclareApp{
		By: domain.Actor{Kind: domain.ActorSystem, ID: "operator", Dialect: "cli"}, App: appID,
		Keys: []commands.DeclareKey{{ID: keyID, Secret: keySecret, Capability: map[string][]string{"*": {"*"}}, Native: true}},
	})
	require.NoError(t, err)
	var room struct{ ID string }
	ann.must(t, http.MethodPost, "/v1/channels", map[string]any{"type": "room", "name": "room"}, &room)
	path := "/v1/channels/" + room.ID + "/messages"
	ann.must(t, http.MethodGet, path, nil, nil) // the room is in the read models

	release := holdProjections(t, dsn)
	ann.must(t, http.MethodPost, path, map[string]any{"body": "kept"}, nil)
	s.Close()
	_, ann = open()
	time.AfterFunc(300*time.Millisecond, release)
	var page struct{ Messages []message }
	ann.must(t, http.MethodGet, path, nil, &page)
	require.Len(t, page.Messages, 1)
	require.Equal(t, "kept", page.Messages[0].Body)
}

// holdProjections keeps every projection from moving on until release.
func holdProjections(t *testing.T, dsn string) (release func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `BEGIN; SELECT * FROM projections FOR UPDATE`)
	require.NoError(t, err)
	return func() { conn.Close(t.Context()) }
}
