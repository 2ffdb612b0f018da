package apitest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestUsersOfAnAppTalkToTheServer(t *testing.T) {
	s := apitest.Open(t)
	app := s.App("demo")
	ann, bob := app.User("ann", "Ann"), app.User("bob")
	dm := ann.DM("bob")
	id := bob.Send(dm, "hello")
	page := ann.Get(apitest.Messages(dm)).Want(200)
	require.Equal(t, []string{id}, page.Texts("id", "messages"))
	require.Equal(t, "bob", page.Text("messages", 0, "sender_name"))
}

func TestAChangeOfTheStateIsSeen(t *testing.T) {
	s := apitest.Open(t)
	ann := s.App("demo").User("ann")
	before := s.State(t)
	room := ann.Room("lobby")
	require.NotEqual(t, before, s.State(t))
	s.Unchanged(t, func() { ann.Get(apitest.Channel(room)).Want(200) })
}

func TestTheStateOfAnAppIsItsOwn(t *testing.T) {
	s := apitest.Open(t)
	demo, other := s.App("demo"), s.App("other")
	room := demo.User("ann").Room("lobby")
	before, others := demo.State(t), other.State(t)
	demo.User("ann").Put(apitest.Channel(room), `{"name":"hall"}`).Want(200)
	require.Equal(t, others, other.State(t))
	after := demo.State(t)
	require.NotEqual(t, before["rm_directory_v3_1.channels"], after["rm_directory_v3_1.channels"], "a changed row is a change")
	require.NotEqual(t, before["es_events_json"], after["es_events_json"])
}

func TestNodesShareOneInstallation(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	ann := nodes[0].App("demo").User("ann")
	room := ann.Room("lobby")
	require.Equal(t, "lobby", ann.On(nodes[1]).Get(apitest.Channel(room)).Want(200).Text("name"))
}
