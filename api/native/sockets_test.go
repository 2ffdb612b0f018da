package native_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestASubscriberGetsWhatHappens(t *testing.T) {
	rows(t, "CH-803 CH-805 CH-810 CH-811 CH-812 CH-813 CH-814 CH-815")
	s := apitest.Open(t)
	app := s.App("shop")
	ann, bob := app.User("ann", "Ann"), app.User("bob", "Bob")
	c := ann.Group("Team")
	ann.Add(c, bob)
	first := ann.Send(c, "before")
	socket := bob.Socket()
	confirmed := socket.Subscribe(c)
	require.Equal(t, c, confirmed.Text("channel_id"))
	require.Equal(t, first, confirmed.Text("last_message_id"))

	id := ann.Send(c, "hello")
	f := socket.Want("message")
	require.Equal(t, id, f.Text("id"))
	require.Equal(t, "hello", f.Text("body"))
	require.NotEmpty(t, f.EventID)
	require.EqualValues(t, 4, f.Seq)

	ann.Put(apitest.Messages(c, id), map[string]string{"body": "hallo"}).Want(http.StatusOK)
	require.Equal(t, "hallo", socket.Want("message_update").Text("body"))
	bob.Post(apitest.Messages(c, id)+"/reactions", map[string]string{"emote_asset_id": "7"}).Want(http.StatusCreated)
	require.Equal(t, "7", socket.Want("reaction_add").Text("emote_asset_id"))
	bob.Delete(apitest.Messages(c, id) + "/reactions/7").Want(http.StatusNoContent)
	require.Equal(t, "bob", socket.Want("reaction_remove").Text("user_id"))
	ann.Delete(apitest.Messages(c, id)).Want(http.StatusNoContent)
	gone := socket.Want("message_delete")
	require.Equal(t, "ann", gone.Text("deleted_by"))
	require.EqualValues(t, 8, gone.Seq)
	socket.Quiet()
}
