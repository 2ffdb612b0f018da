package bench

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEverySendIsAnother(t *testing.T) {
	s := NewSend("host:80", "/v1/channels/1/messages", "a.b.c", "run-2-3", true)
	for _, n := range []int64{0, 41, 123456789012} {
		q, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(s.Bytes(n))))
		require.NoError(t, err)
		body, err := io.ReadAll(q.Body)
		require.NoError(t, err)
		number := map[int64]string{0: "000000000000", 41: "000000000041", 123456789012: "123456789012"}[n]
		require.Equal(t, "run-2-3-"+number, q.Header.Get("Idempotency-Key"))
		require.Equal(t, `{"body":"run-2-3 `+number+" "+text+`"}`, string(body))
		require.Equal(t, "Bearer a.b.c", q.Header.Get("Authorization"))
	}
}

func TestSendsHaveKeysOnlyWhenAsked(t *testing.T) {
	require.NotContains(t, string(NewSend("host", "/", "t", "m", false).Bytes(1)), "Idempotency-Key")
}

func TestGetsAndCallsAreWholeRequests(t *testing.T) {
	g := NewGet("host", "t")
	require.Contains(t, string(g.Bytes("/x", "?before=99")), "GET /x?before=99 HTTP/1.1\r\n")
	require.Contains(t, string(g.Bytes("/x", "")), "GET /x HTTP/1.1\r\n")

	q, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(NewCall("host", "t").Bytes("PUT", "/x", `{"a":1}`))))
	require.NoError(t, err)
	body, err := io.ReadAll(q.Body)
	require.NoError(t, err)
	require.Equal(t, `{"a":1}`, string(body))
	require.Equal(t, []string{"PUT", "/x", "Bearer t"}, []string{q.Method, q.URL.Path, q.Header.Get("Authorization")})
}
