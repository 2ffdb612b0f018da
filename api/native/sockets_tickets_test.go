package native_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/apitest"
	"parley/internal/server"
)

// handshake are the headers of a WebSocket handshake without credentials.
var handshake = []string{
	"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
}

func TestTickets(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann", "Ann")
	s.Run(t, "CH-801 a ticket with its end", func(t *testing.T) {
		a := ann.Post("/v1/auth/ws-ticket", nil).Want(200)
		require.True(t, strings.HasPrefix(a.Text("data", "ticket"), "wst_"))
		left := a.Number("data", "expires_at") - s.Clock.Now().Unix()
		require.Greater(t, left, int64(0))
		require.LessOrEqual(t, left, int64(31))
	})
	s.Run(t, "CH-802 a ticket works once", func(t *testing.T) {
		ticket := ann.Ticket()
		socket, _ := s.Dial("/v1/ws?ticket="+ticket, nil)
		require.NotNil(t, socket)
		socket.Quiet()
		refusedHandshake(t, s, "/v1/ws?ticket="+ticket, nil, 401)
		s.Anybody().Get("/v1/ws?ticket="+ticket, handshake...).Refused(401, "AUTH_INVALID_TICKET")
	})
	s.Run(t, "CH-802 a bearer token does as well", func(t *testing.T) {
		socket, _ := s.Dial("/v1/ws", http.Header{"Authorization": {"Bearer " + ann.Token}})
		require.NotNil(t, socket)
		socket.Quiet()
	})
	s.Run(t, "CH-802 a ticket is good for 30 seconds", func(t *testing.T) {
		ticket := ann.Ticket()
		_, err := s.Pool.Exec(t.Context(), "UPDATE tickets SET expires_at = expires_at - interval '30 s'")
		require.NoError(t, err)
		refusedHandshake(t, s, "/v1/ws?ticket="+ticket, nil, 401)
	})
	s.Run(t, "CH-802 RS-110 what is no ticket and no token", func(t *testing.T) {
		forged := app.Forge("ann", nil)
		forged.Secret = []byte(apitest.NewSecret())
		none := app.Forge("ann", nil)
		none.Header, none.Unsigned = `{"alg":"none"}`, true
		for name, with := range map[string]struct{ path, header, code string }{
			"nothing":         {"/v1/ws", "", "AUTH_INVALID_TICKET"},
			"empty ticket":    {"/v1/ws?ticket=", "", "AUTH_INVALID_TICKET"},
			"unknown ticket":  {"/v1/ws?ticket=wst_" + strings.Repeat("A", 26), "", "AUTH_INVALID_TICKET"},
			"garbage":         {"/v1/ws?ticket=" + strings.Repeat("x", 3000), "", "AUTH_INVALID_TICKET"},
			"a token instead": {"/v1/ws?ticket=" + ann.Token, "", "AUTH_INVALID_TICKET"},
			"forged token":    {"/v1/ws", "Authorization: Bearer " + forged.Token(), "AUTH_INVALID_TOKEN"},
			"alg none":        {"/v1/ws", "Authorization: Bearer " + none.Token(), "AUTH_INVALID_TOKEN"},
			"expired token": {
				"/v1/ws", "Authorization: Bearer " + app.Forge("ann", apitest.Claims{"exp": s.Clock.Now().Unix() - 60}).Token(),
				"AUTH_TOKEN_EXPIRED",
			},
		} {
			headers := handshake
			if with.header != "" {
				headers = append([]string{with.header}, handshake...)
			}
			a := s.Anybody().Get(with.path, headers...)
			require.Equal(t, with.code, a.Code(), "%s: %s", name, a)
			require.Equal(t, 401, a.Status, name)
		}
	})
	s.Run(t, "CH-002 CH-802 one header of the scheme Bearer opens a socket", func(t *testing.T) {
		bearer := "Authorization: Bearer " + ann.Token
		for name, with := range map[string]struct {
			headers []string
			code    string
		}{
			"another scheme": {[]string{"Authorization: Basic " + ann.Token}, "AUTH_MISSING_TOKEN"},
			"no scheme":      {[]string{"Authorization: " + ann.Token}, "AUTH_MISSING_TOKEN"},
			"two headers":    {[]string{bearer, bearer}, "AUTH_INVALID_TOKEN"},
		} {
			a := s.Anybody().Get("/v1/ws", append(with.headers, handshake...)...)
			require.Equal(t, with.code, a.Code(), "%s: %s", name, a)
		}
	})
	s.Run(t, "CH-802 a ticket of a token whose key was revoked", func(t *testing.T) {
		key, secret := app.Issue("spare", true)
		spare := app.Forge("ann", nil)
		spare.Header, spare.Secret = `{"alg":"HS256","kid":"`+string(key)+`"}`, []byte(secret)
		ticket := app.Bearer("ann", spare.Token()).Ticket()
		app.Issue("spare", false) // no native key any more
		refusedHandshake(t, s, "/v1/ws?ticket="+ticket, nil, 401)
	})
	s.Run(t, "CH-826 a request that is no handshake leaves the ticket good", func(t *testing.T) {
		ticket := ann.Ticket()
		s.Anybody().Get("/v1/ws?ticket="+ticket).Refused(400, "INVALID_REQUEST")
		ann.Get("/v1/ws", handshake[:3]...).Refused(400, "INVALID_REQUEST")
		res, err := http.Head(s.URL + "/v1/ws?ticket=" + ticket)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 405, res.StatusCode)
		socket, _ := s.Dial("/v1/ws?ticket="+ticket, nil)
		require.NotNil(t, socket)
	})
	s.Run(t, "CH-811 other names than those of the page", func(t *testing.T) {
		refusedHandshake(t, s, "/v1/ws?names=mine&ticket="+ann.Ticket(), nil, 400)
	})
}

func refusedHandshake(t *testing.T, s *apitest.Server, path string, header http.Header, status int) {
	t.Helper()
	socket, res := s.Dial(path, header)
	require.Nil(t, socket)
	require.NotNil(t, res)
	require.Equal(t, status, res.StatusCode)
}

func TestSocketsFromOtherOrigins(t *testing.T) {
	rows(t, "CH-826 RS-114")
	s := apitest.Open(t, func(c *server.Config) { c.CORSOrigins = []string{"https://chat.example"} })
	ann := s.App("shop").User("ann")
	origin := func(o string) http.Header { return http.Header{"Origin": {o}, "Cookie": {"session=" + ann.Token}} }
	for _, o := range []string{"https://evil.example", "null", "https://chat.example.evil.example", "http://chat.example"} {
		refusedHandshake(t, s, "/v1/ws?ticket="+ann.Ticket(), origin(o), 403)
		refusedHandshake(t, s, "/v1/ws", origin(o), 401)
	}
	for _, o := range []string{"https://chat.example", s.URL} {
		socket, _ := s.Dial("/v1/ws?ticket="+ann.Ticket(), origin(o))
		require.NotNil(t, socket, o)
	}
}

func TestSocketsOfOneUser(t *testing.T) {
	rows(t, "CH-825 RS-118")
	s, app := open(t)
	app.Limit(domain.Limits{UserSockets: 3, UserRequests: 1000, UserBurst: 5000})
	ann, bob := app.User("ann"), app.User("bob")
	var first *apitest.Socket
	for range 3 {
		first = ann.Socket()
	}
	socket, res := s.Dial("/v1/ws?ticket="+ann.Ticket(), nil)
	require.Nil(t, socket)
	require.Equal(t, 429, res.StatusCode)
	require.NotEmpty(t, res.Header.Get("Retry-After"))
	bob.Socket().Quiet()
	first.Drop()
	require.Eventually(t, func() bool {
		socket, _ := s.Dial("/v1/ws?ticket="+ann.Ticket(), nil)
		return socket != nil
	}, apitest.Patience, apitest.Moment, "the place of a socket that has ended is free")

	c := ann.Room("Lobby")
	more := bob.Socket()
	bob.Post(apitest.Members(c), map[string]string{"user_id": "bob"}).Want(201)
	app.Limit(domain.Limits{UserRequests: 0.001, UserBurst: 1})
	require.Eventually(t, func() bool {
		more.Send("subscribe", map[string]string{"channel_id": c})
		f := more.Next()
		return f.Type == "error" && f.Text("code") == "RATE_LIMITED" && f.Text("channel_id") == c
	}, apitest.Patience, apitest.Moment)
	more.Quiet()
}
