package native_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/server"
)

// hears is the next change of presence that a socket hears of.
func hears(t *testing.T, o *apitest.Socket, channel string) string {
	t.Helper()
	f := o.Presence()
	require.Equal(t, channel, f.Text("channel_id"))
	require.Empty(t, f.EventID, "CH-832 it is in no log of the channel")
	require.Zero(t, f.Seq)
	return f.Text("user_id") + " " + f.Text("presence")
}

func TestSubscribersHearWhoIsPresent(t *testing.T) {
	s := apitest.Open(t, func(c *server.Config) { c.PresenceGrace = 100 * time.Millisecond })
	app := s.App("shop")
	ann, bob := app.User("ann"), app.User("bob")
	group, other := ann.Group("g"), ann.Group("other")
	ann.Add(group, bob)
	ann.Add(other, bob)
	a, b, elsewhere, second := ann.Socket(), bob.Socket(), bob.Socket(), bob.Socket()
	a.Subscribe(group)
	require.Equal(t, "ann online", hears(t, a, group))
	elsewhere.Subscribe(other)
	b.Subscribe(group)
	require.Equal(t, "bob online", hears(t, a, group), "CH-832 CH-831 in that channel only")
	require.Equal(t, "bob online", hears(t, b, group))
	sees(t, bob, group, 2, "ann", "bob")

	second.Subscribe(group)
	sees(t, ann, group, 3, "ann", "bob")
	second.Drop()
	sees(t, ann, group, 2, "ann", "bob")
	elsewhere.Subscribe(group)
	elsewhere.Send("unsubscribe", map[string]string{"channel_id": group})
	elsewhere.Want("unsubscribed")
	cid := app.User("cid")
	ann.Add(group, cid)
	c := cid.Socket()
	c.Subscribe(group)
	require.Equal(t, "cid online", hears(t, a, group), "CH-832 further sockets of bob say nothing")
	c.Drop()
	require.Equal(t, "cid offline", hears(t, a, group), "CH-832 the last one, after the grace")
	ann.Delete(apitest.Members(group, "bob")).Want(204)
	require.Equal(t, "bob offline", hears(t, a, group), "CH-832 who is removed")
}

// TestTheDeathOfANodeIsHeard: a node that is gone takes its users with it, as
// soon as its lease is over.
func TestTheDeathOfANodeIsHeard(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	app := nodes[0].App("shop")
	ann, bob := app.User("ann"), app.User("bob")
	group := ann.Group("g")
	ann.Add(group, bob)
	a := ann.On(nodes[1]).Socket()
	a.Subscribe(group)
	require.Equal(t, "ann online", hears(t, a, group))
	b := bob.Socket()
	b.Subscribe(group)
	require.Equal(t, "bob online", hears(t, a, group), "CH-832 on another node")
	b.Drop()
	nodes[0].Close()
	require.Equal(t, "bob offline", hears(t, a, group), "CH-832 without the grace")
	require.NotContains(t, strings.Join(ann.On(nodes[1]).Get(presence(group)).Want(200).Texts("user_id", "members"), " "), "bob")
}
