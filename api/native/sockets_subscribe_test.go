package native_test

import (
	"encoding/json"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestSubscribing(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	c := ann.Group("Team")
	ann.Add(c, bob)
	s.Run(t, "CH-805 an empty channel has no last message", func(t *testing.T) {
		f := ann.Socket().Subscribe(c)
		require.Contains(t, string(f.Data), `"last_message_id":null`)
	})
	s.Run(t, "CH-805 twice is confirmed again and doubles nothing", func(t *testing.T) {
		o := bob.Socket()
		o.Subscribe(c)
		first := ann.Send(c, "one")
		require.Equal(t, first, o.Want("message").Text("id"))
		require.Equal(t, first, o.Subscribe(c).Text("last_message_id"))
		ann.Send(c, "two")
		require.Equal(t, "two", o.Want("message").Text("body"))
		o.Quiet()
	})
	s.Run(t, "CH-011 an id may be a number", func(t *testing.T) {
		o := bob.Socket()
		o.Raw(`{"type":"subscribe","data":{"channel_id":` + c + `}}`)
		require.Equal(t, c, o.Want("subscribed").Text("channel_id"))
	})
	s.Run(t, "CH-806 CH-807 CH-809 RS-111 what is refused leaves the socket open", func(t *testing.T) {
		o := eve.Socket()
		stranger := s.App("other").User("ann").Socket()
		for text, code := range map[string]string{
			`{"type":"subscribe","data":{"channel_id":"` + c + `"}}`:            "CHAT_NOT_MEMBER",
			`{"type":"subscribe","data":{"channel_id":"77"}}`:                   "CHAT_CHANNEL_NOT_FOUND",
			`{"type":"subscribe","data":{"channel_id":"x"}}`:                    "CHAT_CHANNEL_NOT_FOUND",
			`{"type":"subscribe","data":{"channel_id":true}}`:                   "INVALID_REQUEST",
			`{"type":"subscribe","data":{}}`:                                    "INVALID_REQUEST",
			`{"type":"subscribe"}`:                                              "INVALID_REQUEST",
			`{"type":"subscribe","data":[]}`:                                    "INVALID_REQUEST",
			`{"type":"subscribe","data":{"channel_id":"` + c + `","after":-1}}`: "INVALID_REQUEST",
			`{"type":"unsubscribe"}`:                                            "INVALID_REQUEST",
			`{"type":"dance"}`:                                                  "INVALID_REQUEST",
			`{"type":7}`:                                                        "INVALID_REQUEST",
			`{}`:                                                                "INVALID_REQUEST",
			`[]`:                                                                "INVALID_REQUEST",
			`null`:                                                              "INVALID_REQUEST",
			`hello`:                                                             "INVALID_REQUEST",
			``:                                                                  "INVALID_REQUEST",
		} {
			o.Raw(text)
			f := o.Want("error")
			require.Equal(t, code, f.Text("code"), text)
			require.NotEmpty(t, f.Text("message"))
		}
		o.Raw(`{"type":"dance"}`)
		require.Contains(t, o.Want("error").Text("message"), "type", "CH-809 it says what is wrong")
		stranger.Send("subscribe", map[string]string{"channel_id": c})
		f := stranger.Want("error")
		require.Equal(t, "CHAT_CHANNEL_NOT_FOUND", f.Text("code"))
		require.Equal(t, c, f.Text("channel_id"))
		ann.Send(c, "three")
		o.Quiet()
		stranger.Quiet()
	})
	s.Run(t, "CH-807 unsubscribing, also twice", func(t *testing.T) {
		o := bob.Socket()
		o.Subscribe(c)
		for range 2 {
			o.Send("unsubscribe", map[string]string{"channel_id": c})
			require.Equal(t, c, o.Want("unsubscribed").Text("channel_id"))
		}
		ann.Send(c, "four")
		o.Quiet()
	})
	s.Run(t, "CH-804 a heartbeat is answered", func(t *testing.T) {
		o := bob.Socket()
		o.Send("heartbeat", nil)
		require.Contains(t, string(o.Want("heartbeat_ack").Data), `"server_time":`)
	})
}

func TestWhoLeavesHearsNoMore(t *testing.T) {
	rows(t, "CH-818 RS-047")
	_, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	c := ann.Group("Team")
	ann.Add(c, bob)
	o := bob.Socket()
	o.Subscribe(c)
	ann.Delete(apitest.Members(c, "bob")).Want(204)
	ann.Send(c, "secret")
	require.Equal(t, "bob", o.Want("member_remove").Text("user_id"))
	o.Quiet()
	ann.Add(c, bob)
	ann.Send(c, "not subscribed")
	o.Quiet()
	o.Subscribe(c)
	ann.Send(c, "welcome back")
	require.Equal(t, "welcome back", o.Want("message").Text("body"))
}

func TestResuming(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	c := ann.Group("Team")
	ann.Add(c, bob)
	var bodies []string
	for n := range 5 {
		bodies = append(bodies, "m"+strconv.Itoa(n))
		ann.Send(c, bodies[n])
	}
	resume := func(o *apitest.Socket, after any) {
		o.Send("subscribe", map[string]any{"channel_id": c, "after": after})
	}
	var seqs []int64
	s.Run(t, "CH-824 RS-117 from the beginning", func(t *testing.T) {
		o := bob.Socket()
		resume(o, 0)
		require.EqualValues(t, 7, seqOf(t, o.Want("subscribed")))
		require.Equal(t, c, o.Want("channel_update").Text("id"))
		o.Want("member_add")
		for _, body := range bodies {
			f := o.Want("message")
			require.Equal(t, body, f.Text("body"))
			seqs = append(seqs, f.Seq)
		}
		o.Quiet()
	})
	s.Run(t, "CH-819 CH-820 CH-824 from where the client was", func(t *testing.T) {
		o := bob.Socket()
		resume(o, seqs[2])
		o.Want("subscribed")
		require.Equal(t, "m3", o.Want("message").Text("body"))
		require.Equal(t, "m4", o.Want("message").Text("body"))
		o.Quiet()
		resume(o, seqs[4]) // again, on an open subscription
		o.Want("subscribed")
		o.Quiet()
		require.Equal(t, 2, bob.Get(apitest.Messages(c)+"?after="+ann.Get(apitest.Messages(c)).Want(200).Text("messages", 2, "id")).
			Want(200).Len("messages"))
	})
	s.Run(t, "CH-824 RS-117 from the future, or a number that is none", func(t *testing.T) {
		o := bob.Socket()
		resume(o, 1000)
		o.Want("subscribed")
		require.Equal(t, c, o.Want("discontinuity").Text("channel_id"))
		ann.Send(c, "now")
		require.Equal(t, "now", o.Want("message").Text("body"))
		for _, after := range []any{-1, "5", 1.5, true, 1e30} {
			resume(o, after)
			require.Equal(t, "INVALID_REQUEST", o.Want("error").Text("code"))
		}
		o.Quiet()
	})
	s.Run(t, "CH-824 what happened before the removal of somebody who is back", func(t *testing.T) {
		ann.Delete(apitest.Members(c, "bob")).Want(204)
		ann.Add(c, bob)
		o := bob.Socket()
		resume(o, seqs[4]+1)
		o.Want("subscribed")
		o.Want("member_remove")
		o.Want("member_add")
		ann.Send(c, "still here")
		require.Equal(t, "still here", o.Want("message").Text("body"))
	})
}

func seqOf(t *testing.T, f apitest.Frame) int64 {
	t.Helper()
	var body struct{ Seq int64 }
	require.NoError(t, json.Unmarshal(f.Data, &body))
	return body.Seq
}

func TestManyWritersOneOrder(t *testing.T) {
	rows(t, "CH-819 CH-823 CH-020")
	const writers, each = 8, 25
	s, app := open(t)
	ann := app.User("ann")
	c := ann.Room("Lobby")
	early := ann.Socket()
	early.Subscribe(c)
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for n := range each {
				ann.Post(apitest.Messages(c), map[string]string{"body": strconv.Itoa(n)})
			}
		})
	}
	var late []*apitest.Socket
	for range 4 {
		o := ann.Socket()
		o.Send("subscribe", map[string]any{"channel_id": c, "after": 1})
		late = append(late, o)
	}
	s.Prompt = true
	var ids []string
	for n := range writers * each {
		f := early.Want("message")
		require.EqualValues(t, n+2, f.Seq)
		ids = append(ids, f.Text("id"))
		if n%50 == 0 {
			ann.Get(apitest.Messages(c, ids[n])).Want(200)
		}
	}
	writing.Wait()
	for _, o := range late {
		o.Want("subscribed")
		for n, id := range ids {
			f := o.Want("message")
			require.EqualValues(t, n+2, f.Seq)
			require.Equal(t, id, f.Text("id"))
		}
		o.Quiet()
	}
	early.Quiet()
}

func TestSocketsOnAnotherNode(t *testing.T) {
	rows(t, "CH-801 CH-816 CH-818 CH-824")
	nodes := apitest.Nodes(t, 2)
	app := nodes[0].App("shop")
	ann, bob := app.User("ann", "Ann"), app.User("bob", "Bob")
	c := ann.Group("Team")
	ann.Add(c, bob)
	o, res := nodes[1].Dial("/v1/ws?ticket="+bob.Ticket(), nil)
	require.NotNil(t, o, "%v", res)
	o.Subscribe(c)
	ann.Send(c, "from afar")
	f := o.Want("message")
	require.Equal(t, "from afar", f.Text("body"))
	ann.Post(apitest.Channel(c)+"/typing", nil).Want(204)
	require.Equal(t, "ann", o.Want("typing").Text("user_id"))
	again := bob.Socket()
	again.Send("subscribe", map[string]any{"channel_id": c, "after": f.Seq - 1})
	again.Want("subscribed")
	require.Equal(t, f.EventID, again.Want("message").EventID)
	ann.Delete(apitest.Members(c, "bob")).Want(204)
	o.Want("member_remove")
	ann.Send(c, "secret")
	o.Quiet()
}
