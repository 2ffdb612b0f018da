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

func TestNodesShareOneInstallation(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	ann := nodes[0].App("demo").User("ann")
	room := ann.Room("lobby")
	require.Equal(t, "lobby", ann.On(nodes[1]).Get(apitest.Channel(room)).Want(200).Text("name"))
}
