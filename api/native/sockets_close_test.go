package native_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/server"
)

func TestSocketsEndWithTheirToken(t *testing.T) {
	rows(t, "CH-822 RS-115")
	s, app := open(t)
	ann := app.User("ann")
	c := ann.Room("Lobby")
	s.Run(t, "that expires", func(t *testing.T) {
		short := app.Bearer("ann", app.Forge("ann", apitest.Claims{"exp": s.Clock.Now().Unix() + 60}).Token())
		o, lasting := short.Socket(), ann.Socket()
		o.Subscribe(c)
		s.Clock.Advance(time.Minute)
		require.Equal(t, 4001, o.CloseCode())
		lasting.Quiet()
	})
	s.Run(t, "whose key is revoked", func(t *testing.T) {
		key, secret := app.Issue("spare", true)
		spare := app.Forge("ann", nil)
		spare.Header, spare.Secret = `{"alg":"HS256","kid":"`+string(key)+`"}`, []byte(secret)
		o, lasting := app.Bearer("ann", spare.Token()).Socket(), ann.Socket()
		o.Subscribe(c)
		app.Issue("spare", false)
		require.Equal(t, 4001, o.CloseCode())
		lasting.Quiet()
	})
}

func TestSocketsEndWithTheServer(t *testing.T) {
	rows(t, "CH-822")
	s, app := open(t)
	ann := app.User("ann")
	c := ann.Room("Lobby")
	var sockets []*apitest.Socket
	for range 5 {
		o := ann.Socket()
		o.Subscribe(c)
		sockets = append(sockets, o)
	}
	ticket := ann.Ticket()
	s.Sockets.Close()
	for _, o := range sockets {
		require.Equal(t, 1001, o.CloseCode())
	}
	refusedHandshake(t, s, "/v1/ws?ticket="+ticket, nil, 503)
	require.Zero(t, s.Sockets.Stats().Open)
}

func TestFramesThatAreTooLarge(t *testing.T) {
	rows(t, "CH-809 RS-112")
	s, app := open(t)
	ann := app.User("ann")
	deep := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	o := ann.Socket()
	for _, text := range []string{
		deep[:60_000], `{"type":"subscribe","data":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
		`{"type":"subscribe","data":{"channel_id":"` + strings.Repeat("9", 60_000) + `"}}`,
		"{\"type\":\"heart\x00beat\"}", `{"type":"heartbeat"}{"type":"heartbeat"}`,
	} {
		o.Raw(text)
		require.Equal(t, "error", o.Next().Type, "%.50s", text)
	}
	o.Quiet()
	o.Raw(strings.Repeat("x", 64<<10))
	require.Equal(t, "INVALID_REQUEST", o.Want("error").Text("code"))
	o.Raw(strings.Repeat("x", 64<<10+1))
	require.Equal(t, 1009, o.CloseCode())
	other := ann.Socket()
	ctx, cancel := context.WithTimeout(t.Context(), apitest.Patience)
	defer cancel()
	require.NoError(t, other.Conn.Write(ctx, websocket.MessageBinary, []byte("x")))
	require.Equal(t, 1003, other.CloseCode())
	ann.Socket().Quiet()
	s.Anybody().Get("/healthz").Want(200)
}

func TestSubscriptionsOfASocket(t *testing.T) {
	rows(t, "CH-825 RS-118")
	_, app := open(t)
	ann := app.User("ann")
	o := ann.Socket()
	const most = 1000
	ids := make([]string, most+1)
	var making sync.WaitGroup
	for k := range 8 {
		making.Go(func() {
			for n := k; n <= most; n += 8 {
				ids[n] = ann.Room(fmt.Sprintf("room %d", n))
			}
		})
	}
	making.Wait()
	for _, c := range ids[:most] {
		o.Send("subscribe", map[string]string{"channel_id": c})
	}
	for range most {
		o.Want("subscribed")
	}
	o.Send("subscribe", map[string]string{"channel_id": ids[most]})
	f := o.Want("error")
	require.Equal(t, []string{"TOO_MANY_SUBSCRIPTIONS", ids[most]}, []string{f.Text("code"), f.Text("channel_id")})
	o.Send("unsubscribe", map[string]string{"channel_id": ids[0]})
	o.Want("unsubscribed")
	o.Subscribe(ids[most])
}

func TestSocketsThatNeverReadAreClosedAndHoldNobodyUp(t *testing.T) {
	rows(t, "CH-821 RS-116")
	s := apitest.Open(t, func(c *server.Config) { c.SocketQueue = 16 })
	app := s.App("shop")
	ann := app.User("ann")
	c := ann.Room("Lobby")
	honest := ann.Socket()
	honest.Subscribe(c)
	ctx, cancel := context.WithTimeout(t.Context(), apitest.Patience)
	defer cancel()
	var lazy []*websocket.Conn
	for range 5 {
		conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/v1/ws?ticket="+ann.Ticket(), nil)
		require.NoError(t, err)
		defer conn.CloseNow()
		require.NoError(t, conn.Write(ctx, websocket.MessageText, []byte(`{"type":"subscribe","data":{"channel_id":"`+c+`"}}`)))
		lazy = append(lazy, conn)
	}
	text := strings.Repeat("\U0001F600", 4000)
	sent := 0
	for ; sent < 3000 && s.Sockets.Stats().Closes[4029] < 5; sent++ {
		ann.Send(c, text)
		require.Equal(t, text, honest.Want("message").Text("body"))
	}
	require.EqualValues(t, 5, s.Sockets.Stats().Closes[4029], "after %d messages", sent)
	lazy[0].SetReadLimit(1 << 20)
	for {
		if _, _, err := lazy[0].Read(ctx); err != nil {
			require.Equal(t, websocket.StatusCode(4029), websocket.CloseStatus(err))
			break
		}
	}
	honest.Quiet()
}
