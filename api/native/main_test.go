package native_test

import (
	"testing"

	"parley/internal/apitest"
	"parley/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// open starts a server with the app demo.
func open(t *testing.T) (*apitest.Server, *apitest.App) {
	t.Helper()
	s := apitest.Open(t)
	return s, s.App("demo")
}
