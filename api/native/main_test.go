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

// rows says which rows of the contracts a test is about, where no case does.
func rows(t *testing.T, ids string) {
	t.Helper()
	t.Log(ids)
}
