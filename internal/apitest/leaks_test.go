package apitest

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLeaksAreFound(t *testing.T) {
	s := &secrets{}
	s.add("operator token", Operator)
	s.add("secret of a key", "the-secret-of-a-key")
	s.placeOf("postgres://parley:pass-word@127.0.0.1:5433/parley_77?host=/sockets/here", "/keys/root.key")
	refused := func(message string) string {
		return `{"data":null,"error":{"code":"INTERNAL","message":"` + message + `"}}`
	}
	for _, text := range []string{
		"goroutine 1 [running]:", "runtime error: index out of range", "server.go:42", "invalid memory address or nil pointer dereference",
		"ERROR: deadlock detected (SQLSTATE 40P01)", "pgconn: closed", `relation \"messages\" does not exist`, "rm.messages_v3", "es_events",
		"duplicate key value violates unique constraint", "SELECT 1", "dial tcp: connect: connection refused",
		"open /var/lib/parley/root.key: permission denied", "at 0xc000123456", "parley/internal/server.Open",
	} {
		t.Run("RS-125 a refusal that tells of "+text, func(t *testing.T) {
			require.NotEmpty(t, leak(500, nil, []byte(refused(text)), s))
			require.NotEmpty(t, leak(200, http.Header{"X-Debug": {text}}, nil, s))
			require.Empty(t, leak(200, nil, []byte(text), s), "users may write it")
		})
	}
	for _, text := range []string{
		Operator, "the-secret-of-a-key", "pass-word", "parley_77", "127.0.0.1:5433", "/sockets/here/x", "/keys/root.key",
	} {
		t.Run("RS-125 an answer that holds the secret "+text, func(t *testing.T) {
			require.NotEmpty(t, leak(200, nil, []byte(`{"name":"`+text+`"}`), s))
			require.NotEmpty(t, leak(400, nil, []byte(refused(text)), s))
			require.NotEmpty(t, leak(204, http.Header{"X-Request-Id": {"a", text}}, nil, s))
		})
	}
	t.Run("RS-125 what is said on purpose is no leak", func(t *testing.T) {
		for _, text := range []string{"the token's claim app names no app", "send plain JSON in UTF-8, without Content-Encoding", "no such path"} {
			require.Empty(t, leak(400, http.Header{"Www-Authenticate": {"Bearer"}, "Allow": {"GET, POST"}}, []byte(refused(text)), s))
		}
	})
}
