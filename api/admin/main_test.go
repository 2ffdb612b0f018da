package admin_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/apitest"
	"parley/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	apps     = "/v1/admin/apps"
	tokens   = "/v1/admin/tokens"
	operator = "Authorization: Bearer " + apitest.Operator
)

type object map[string]any

// basic is the header of a key.
func basic(name, secret string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+secret))
}

// keysOf is the path of an app's keys, or of one of them.
func keysOf(app string, more ...string) string {
	path := apps + "/" + app + "/keys"
	for _, m := range more {
		path += "/" + m
	}
	return path
}

// adminKey issues a key that may administer its app, and is its header.
func adminKey(s *apitest.Server, app, id string, native bool) (header string) {
	a := s.Anybody().Post(keysOf(app), object{"id": id, "capability": object{"*": []string{"*", "admin"}}, "native": native}, operator).Want(201)
	return basic(a.Text("name"), a.Text("secret"))
}

// actorOf is who appended the newest event of an app.
func actorOf(t *testing.T, s *apitest.Server, app domain.AppID) (actor, kind, typ string) {
	t.Helper()
	for r, err := range s.Log.ReadStream(t.Context(), domain.AppStream(app), 0) {
		require.NoError(t, err)
		require.Equal(t, r.Meta[domain.MetaDialect] == "admin", r.Meta[domain.MetaRequest] != "")
		actor, kind, typ = r.Meta[domain.MetaActor], r.Meta[domain.MetaActorKind], r.Type
	}
	return actor, kind, typ
}

const day = 24 * time.Hour
