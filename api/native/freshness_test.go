package native_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestReadingOnesOwnWrites(t *testing.T) {
	for _, n := range []int{1, 2} {
		nodes := apitest.Nodes(t, n)
		for _, node := range nodes {
			node.Prompt = true
		}
		there := nodes[n-1] // reads go to the other node
		app := nodes[0].App("demo")
		ann := app.User("ann", "Ann")
		read := ann.On(there)
		name := func(row string) string { return fmt.Sprintf("%s on %d nodes", row, n) }
		nodes[0].Run(t, name("CH-020 after every write, without a header"), func(t *testing.T) {
			for i := range 15 {
				group := ann.Group(fmt.Sprint("g", i))
				require.Equal(t, "owner", read.Get(apitest.Members(group)).Want(200).Text(0, "role"))
				require.Contains(t, read.Get(channels).Texts("id"), group)
				id := ann.Send(group, "x")
				require.Equal(t, id, read.Get(apitest.Messages(group)).Text("messages", 0, "id"))
				require.Equal(t, id, read.Get(apitest.Channel(group)).Text("last_message_id"))
				read.Get(apitest.Messages(group, id)).Want(200)
				ann.Put(apitest.Messages(group, id), `{"body":"y"}`).Want(200)
				require.Equal(t, "y", read.Get(apitest.Messages(group)).Text("messages", 0, "body"))
				require.Equal(t, 2, read.Get(apitest.Messages(group, id, "versions")).Len("versions"))
				ann.Delete(apitest.Messages(group, id)).Want(204)
				require.Equal(t, true, read.Get(apitest.Messages(group, id)).At("deleted"))
				ann.Post(apitest.Members(group), `{"user_id":"bob"}`).Want(201)
				require.Equal(t, 2, read.Get(apitest.Members(group)).Len())
				ann.Delete(apitest.Members(group, "bob")).Want(204)
				require.Equal(t, 1, read.Get(apitest.Members(group)).Len())
				ann.Put(apitest.Block(fmt.Sprint("u", i)), nil).Want(204)
				require.Equal(t, 1, read.Get("/v1/users/me/blocks").Len("blocks"))
				ann.Delete(apitest.Block(fmt.Sprint("u", i))).Want(204)
				require.Zero(t, read.Get("/v1/users/me/blocks").Len("blocks"))
				dm := ann.DM(fmt.Sprint("u", i))
				read.Get(apitest.Channel(dm)).Want(200)
				hide(ann, dm, true)
				require.NotContains(t, read.Get(channels).Texts("id"), dm)
				ann.DM(fmt.Sprint("u", i))
				require.Contains(t, read.Get(channels).Texts("id"), dm)
				ann.Put(apitest.Channel(group), `{"name":"renamed"}`).Want(200)
				require.Equal(t, "renamed", read.Get(apitest.Channel(group)).Text("name"))
				ann.Post(apitest.Members(group), `{"user_id":"bob"}`).Want(201)
				role(ann, group, "bob", "owner").Want(200)
				require.Equal(t, "bob", read.Get(apitest.Channel(group)).Text("owner_id"))
				last := ann.Room("last")
				ann.Delete(apitest.Channel(last)).Want(204)
				read.Get(apitest.Channel(last)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			}
		})
		nodes[0].Run(t, name("CH-028 another user reads what a position says"), func(t *testing.T) {
			bob := app.User("bob").On(there)
			room := ann.Room("r")
			joined := ann.Post(apitest.Members(room), `{"user_id":"bob"}`).Want(201).Position()
			bob.Get(apitest.Channel(room), "Parley-Min-Position: "+joined).Want(200)
			for range 15 {
				a := ann.Post(apitest.Messages(room), `{"body":"x"}`).Want(201)
				page := bob.Get(apitest.Messages(room), "Parley-Min-Position: "+a.Position()).Want(200)
				require.Equal(t, a.Text("id"), page.Text("messages", 0, "id"))
			}
		})
	}
}

func TestEveryWriteHasAPosition(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("r")
	sent := ann.Send(room, "x")
	for name, a := range map[string]*apitest.Answer{
		"create":       ann.Post(channels, `{"type":"group","name":"g"}`).Want(201),
		"dm":           ann.Post(channels, `{"type":"dm","user_id":"bob"}`).Want(201),
		"dm again":     ann.Post(channels, `{"type":"dm","user_id":"bob"}`).Want(200),
		"add":          ann.Post(apitest.Members(room), `{"user_id":"bob"}`).Want(201),
		"remove":       ann.Delete(apitest.Members(room, "bob")).Want(204),
		"send":         ann.Post(apitest.Messages(room), `{"body":"x"}`).Want(201),
		"edit":         ann.Put(apitest.Messages(room, sent), `{"body":"y"}`).Want(200),
		"same edit":    ann.Put(apitest.Messages(room, sent), `{"body":"y"}`).Want(200),
		"unsend":       ann.Delete(apitest.Messages(room, ann.Send(room, "x"))).Want(204),
		"block":        ann.Put(apitest.Block("bob"), nil).Want(204),
		"block again":  ann.Put(apitest.Block("bob"), nil).Want(204),
		"unblock":      ann.Delete(apitest.Block("bob")).Want(204),
		"unblock none": ann.Delete(apitest.Block("bob")).Want(204),
	} {
		s.Run(t, "CH-028 "+name, func(t *testing.T) {
			require.NotEmpty(t, a.Position())
			ann.Get(channels, "Parley-Min-Position: "+a.Position()).Want(200)
		})
	}
	reads := []string{channels, apitest.Channel(room), apitest.Members(room), apitest.Messages(room), apitest.Messages(room, "1"), "/v1/users/me/blocks"}
	for _, p := range []string{"x", "p", "P1", "p-1", "p+1", "p01", "1", "pZZ", "p1 ", "pé", "p1,p2", "p1y2p0ij32e8e8", strings.Repeat("p", 5000)} {
		s.Run(t, "CH-028 no position: "+p[:min(len(p), 20)], func(*testing.T) {
			for _, path := range reads {
				if p != "p1 " {
					ann.Get(path, "Parley-Min-Position: "+p).Refused(400, "INVALID_REQUEST")
				}
			}
		})
	}
	s.Run(t, "CH-028 a position far in the future", func(t *testing.T) {
		var all sync.WaitGroup
		for _, path := range reads {
			all.Go(func() {
				start := time.Now()
				ann.Get(path, "Parley-Min-Position: pzzzzzzzz").Refused(503, "UNAVAILABLE")
				took := time.Since(start)
				if took < 1500*time.Millisecond || took > 8*time.Second {
					t.Errorf("%s took %s, want about 2 s", path, took)
				}
			})
		}
		all.Wait()
	})
}

func TestAReaderSeesNoLaterWriteWithoutTheEarlierOnes(t *testing.T) {
	s, app := open(t)
	s.Prompt = true
	ann, bob := app.User("ann"), app.User("bob")
	room := ann.Room("r")
	joined := ann.Post(apitest.Members(room), `{"user_id":"bob"}`).Want(201).Position()
	bob.Get(apitest.Channel(room), "Parley-Min-Position: "+joined).Want(200)
	const n = 150
	sent := make(chan []string, 1)
	go func() {
		var ids []string
		for i := range n {
			ids = append(ids, ann.Post(apitest.Messages(room), map[string]string{"body": fmt.Sprint(i)}).Text("id"))
		}
		sent <- ids
	}()
	var seen [][]string
	deadline := time.Now().Add(apitest.Patience)
	for last := 0; last < 100 && time.Now().Before(deadline); {
		page := bob.Get(apitest.Messages(room)+"?after=1&limit=100").Want(200).Texts("id", "messages")
		require.GreaterOrEqual(t, len(page), last)
		seen, last = append(seen, page), len(page)
	}
	ids := <-sent
	t.Run("CH-020 every page is a beginning of the history", func(t *testing.T) {
		require.Len(t, ids, n)
		for _, page := range seen {
			require.True(t, slices.Equal(ids[:len(page)], page))
		}
		require.Len(t, seen[len(seen)-1], 100)
	})
}
