package parley_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	parley "parley/clients/go"
)

func TestASocketResumesWhereItWasCut(t *testing.T) {
	s := newScript(t)
	socket, told7 := follow(s.client())
	socket.Subscribe("7")
	run(t, socket)

	p := s.next()
	require.Equal(t, "wst_1", p.ticket)
	p.want(`{"type":"subscribe","data":{"channel_id":"7"}}`)
	p.say(subscribed(4), told(5, 0), told(6, 0), told(6, 1), told(6, 1))
	told7.want(t, "message 7 5.0", "message 7 6.0", "message 7 6.1")
	p.cut()

	p = s.next()
	require.Equal(t, "wst_2", p.ticket)
	p.want(`{"type":"subscribe","data":{"channel_id":"7","after":5}}`)
	p.say(subscribed(7), told(6, 0), told(6, 1), told(6, 2), told(7, 0), told(5, 0), told(8, 0))
	told7.want(t, "message 7 6.2", "message 7 7.0", "message 7 8.0")
	require.Empty(t, told7)
}

func TestASocketThatWasNeverConfirmedBeginsAnew(t *testing.T) {
	s := newScript(t)
	socket, j := follow(s.client())
	socket.Subscribe("7")
	socket.SubscribeAfter("8", 0)
	run(t, socket)
	for range 2 {
		p := s.next()
		p.want(`{"type":"subscribe","data":{"channel_id":"7"}}`)
		p.want(`{"type":"subscribe","data":{"channel_id":"8","after":0}}`)
		p.cut()
	}
	require.Empty(t, j)
}

func TestDiscontinuityGoesOnFromWhereTheServerIs(t *testing.T) {
	s := newScript(t)
	socket, j := follow(s.client())
	socket.SubscribeAfter("7", 3)
	run(t, socket)
	p := s.next()
	p.want(`{"type":"subscribe","data":{"channel_id":"7","after":3}}`)
	p.say(subscribed(20_000), `{"type":"discontinuity","data":{"channel_id":"7","seq":20000,"last_message_id":"99"}}`, told(20_001, 0))
	j.want(t, "discontinuity 7 20000 99", "message 7 20001.0")
	p.cut()
	p = s.next()
	p.want(`{"type":"subscribe","data":{"channel_id":"7","after":20000}}`)
	p.say(subscribed(9), `{"type":"discontinuity","data":{"channel_id":"7","seq":9,"last_message_id":null}}`, told(10, 0))
	j.want(t, "discontinuity 7 9 ", "message 7 10.0")
}

func TestAGapEndsTheConnectionAndIsFilledByTheNext(t *testing.T) {
	s := newScript(t)
	socket, j := follow(s.client())
	ends := make(chan error, 10)
	socket.Disconnected = func(err error) { ends <- err }
	socket.SubscribeAfter("7", 0)
	run(t, socket)
	p := s.next()
	p.say(subscribed(3), told(1, 0), told(3, 0))
	j.want(t, "message 7 1.0")
	require.ErrorIs(t, <-ends, parley.ErrGap)
	p = s.next()
	p.want(`{"type":"subscribe","data":{"channel_id":"7","after":0}}`)
	p.say(subscribed(3), told(1, 0), told(2, 0), told(3, 0))
	j.want(t, "message 7 2.0", "message 7 3.0")
}

func TestRefusedSubscriptions(t *testing.T) {
	s := newScript(t)
	socket, j := follow(s.client())
	socket.Subscribe("7")
	run(t, socket)
	p := s.next()
	p.want(`{"type":"subscribe","data":{"channel_id":"7"}}`)
	p.say(`{"type":"error","data":{"code":"RATE_LIMITED","message":"slower","channel_id":"7"}}`)
	p.want(`{"type":"subscribe","data":{"channel_id":"7"}}`) // asked again
	p.say(`{"type":"error","data":{"code":"CHAT_NOT_MEMBER","message":"no","channel_id":"7"}}`)
	j.want(t, "refused 7 CHAT_NOT_MEMBER")
	p.cut()
	p = s.next()
	socket.Subscribe("8") // and 7 is dropped
	p.want(`{"type":"subscribe","data":{"channel_id":"8"}}`)
}

func TestUnsubscribing(t *testing.T) {
	s := newScript(t)
	socket, j := follow(s.client())
	confirmed := make(chan string, 10)
	socket.Subscribed = func(channel parley.ID) { confirmed <- channel }
	socket.Subscribe("7")
	run(t, socket)
	p := s.next()
	p.want(`{"type":"subscribe","data":{"channel_id":"7"}}`)
	p.say(subscribed(1))
	require.Equal(t, "7", <-confirmed)
	socket.Unsubscribe("7")
	socket.Unsubscribe("7")
	p.want(`{"type":"unsubscribe","data":{"channel_id":"7"}}`)
	p.say(told(2, 0), `{"type":"unsubscribed","data":{"channel_id":"7"}}`)
	socket.Subscribe("7")
	p.want(`{"type":"subscribe","data":{"channel_id":"7"}}`)
	p.say(told(3, 0), subscribed(3), told(4, 0))
	j.want(t, "message 7 4.0")
	require.Empty(t, j)
}

func TestTypingIsShownNowAndThen(t *testing.T) {
	s := newScript(t)
	socket, j := follow(s.client())
	connected := make(chan struct{}, 10)
	socket.Connected = func() { connected <- struct{}{} }
	socket.Typing("7") // nobody is there
	run(t, socket)
	p := s.next()
	<-connected
	socket.Typing("7")
	socket.Typing("7")
	socket.Typing("8")
	p.want(`{"type":"typing","data":{"channel_id":"7"}}`)
	p.want(`{"type":"typing","data":{"channel_id":"8"}}`)
	p.say(`{"type":"typing","data":{"channel_id":"7","user_id":"bob","display_name":"Bob"}}`,
		`{"type":"error","data":{"code":"RATE_LIMITED","message":"slower","channel_id":"8"}}`)
	j.want(t, "typing 7 ", "refused 8 RATE_LIMITED")
}

func TestHeartbeats(t *testing.T) {
	s := newScript(t)
	socket, _ := follow(s.client())
	socket.Heartbeat = 100 * time.Millisecond
	ends := make(chan error, 10)
	socket.Disconnected = func(err error) { ends <- err }
	run(t, socket)
	p := s.next()
	p.want(`{"type":"heartbeat"}`)
	p.say(`{"type":"heartbeat_ack","data":{"server_time":1}}`)
	p.want(`{"type":"heartbeat"}`)
	require.Error(t, <-ends, "a server that is silent is left")
	s.next()
}

func TestWhatEndsAConnectionIsTold(t *testing.T) {
	s := newScript(t)
	socket, _ := follow(s.client())
	ends := make(chan error, 10)
	socket.Disconnected = func(err error) { ends <- err }
	run(t, socket)
	require.NoError(t, s.next().conn.Close(4001, "the token has expired"))
	require.Equal(t, websocket.StatusCode(4001), websocket.CloseStatus(<-ends))
	s.next().say(`[]`)
	require.ErrorContains(t, <-ends, "decode a frame")
	s.next()
}

func TestTicketsThatAreRefusedAreAskedForAgain(t *testing.T) {
	s := newScript(t)
	c := s.client()
	c.URL += "/elsewhere"
	answers := make(chan int, 2)
	answers <- http.StatusUnauthorized
	answers <- http.StatusServiceUnavailable
	s.answer = func(w http.ResponseWriter, _ *http.Request) {
		select {
		case status := <-answers:
			w.WriteHeader(status)
		default:
			_, _ = w.Write([]byte(`{"data":{"ticket":"bad","expires_at":1}}`))
		}
	}
	socket, _ := follow(c)
	ends := make(chan error, 10)
	socket.Disconnected = func(err error) { ends <- err }
	run(t, socket)
	require.EqualError(t, <-ends, "refused with status 401")
	require.EqualError(t, <-ends, "refused with status 503")
	require.ErrorContains(t, <-ends, "open a socket: refused with status 200")
}

func TestDataOfEvents(t *testing.T) {
	s := newScript(t)
	events := make(chan parley.Event, 10)
	socket := &parley.Socket{Client: s.client(), Event: func(e parley.Event) { events <- e }}
	socket.SubscribeAfter("7", 0)
	run(t, socket)
	p := s.next()
	p.say(subscribed(0))
	tests := []struct {
		kind, data string
		want       any
	}{
		{"message", `{"id":"1","channel_id":"7","body":"a","edited_at":null}`, &parley.Message{ID: "1", ChannelID: "7", Body: "a"}},
		{"message_update", `{"id":"1","channel_id":"7","edited_at":9}`, &parley.Message{ID: "1", ChannelID: "7", EditedAt: 9}},
		{"message_delete", `{"id":"1","channel_id":"7","deleted_by":"ann","deleted_at":9}`, &parley.DeletedMessage{"1", "7", "ann", 9}},
		{
			"reaction_add", `{"channel_id":"7","message_id":"1","user_id":"ann","emote_asset_id":"5","count":2}`,
			&parley.ReactionChange{"7", "1", "ann", "5", 2},
		},
		{"channel_update", `{"id":"7","type":"room","name":"Lobby"}`, &parley.Channel{ID: "7", Type: parley.ChannelTypeRoom, Name: "Lobby"}},
		{
			"member_add", `{"channel_id":"7","user_id":"bob","role":"admin","joined_at":3}`,
			&parley.MemberChange{"7", parley.Member{UserID: "bob", Role: parley.RoleAdmin, JoinedAt: 3}},
		},
		{"presence_update", `{"channel_id":"7","user_id":"bob","presence":"online"}`, &parley.PresenceChange{"7", "bob", "online"}},
		{"other", `{"channel_id":"7","event":"Unheard"}`, json.RawMessage(`{"channel_id":"7","event":"Unheard"}`)},
		{"reaction_add", `{"channel_id":"7","count":"many"}`, json.RawMessage(`{"channel_id":"7","count":"many"}`)},
		{"channel_delete", `{"id":"7"}`, json.RawMessage(`{"id":"7"}`)},
	}
	for n, test := range tests {
		text, err := json.Marshal(map[string]any{"type": test.kind, "event_id": test.kind, "seq": n + 1, "data": json.RawMessage(test.data)})
		require.NoError(t, err)
		p.say(string(text))
		require.Equal(t, parley.Event{Type: test.kind, Channel: "7", ID: test.kind, Seq: int64(n + 1), Data: test.want}, <-events)
	}
}
