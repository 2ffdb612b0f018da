package native_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestFramesOfMessages(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann", "Ann"), app.User("bob", "Bob")
	c := ann.Group("Team")
	ann.Add(c, bob)
	plain, page, own := bob.Socket(), bob.Socket("names=page"), ann.Socket()
	for _, o := range []*apitest.Socket{plain, page, own} {
		o.Subscribe(c)
	}
	var id string
	s.Run(t, "CH-803 CH-810 CH-811 CH-812 a message, for its author too", func(t *testing.T) {
		id = ann.Send(c, "héllo")
		want := ann.Get(apitest.Messages(c, id)).Want(200).Body
		f := plain.Want("message")
		require.JSONEq(t, string(want), string(f.Data))
		require.Equal(t, fmt.Sprintf("%s-%d", c, f.Seq), f.EventID)
		mine := own.Want("message")
		require.Equal(t, f.EventID, mine.EventID)
		p := page.Want("message_create")
		require.Equal(t, "héllo", p.Text("content"))
		require.Equal(t, "héllo", p.Text("body"))
		require.Equal(t, f.Seq, p.Seq)
		var author struct {
			Author struct {
				ID          string
				DisplayName string `json:"display_name"`
			}
		}
		require.NoError(t, json.Unmarshal(p.Data, &author))
		require.Equal(t, "ann", author.Author.ID)
		require.Equal(t, "Ann", author.Author.DisplayName)
	})
	s.Run(t, "CH-813 an edit", func(t *testing.T) {
		want := ann.Put(apitest.Messages(c, id), map[string]string{"body": "hallo"}).Want(200).Body
		require.JSONEq(t, string(want), string(plain.Want("message_update").Data))
		require.Equal(t, "hallo", page.Want("message_update").Text("content"))
	})
	s.Run(t, "CH-815 reactions with their count", func(t *testing.T) {
		reactions := apitest.Messages(c, id) + "/reactions"
		for n, u := range []*apitest.User{ann, bob} {
			u.Post(reactions, `{"emote_asset_id":"77"}`).Want(201)
			f := plain.Want("reaction_add")
			require.JSONEq(t, fmt.Sprintf(`{"channel_id":%q,"message_id":%q,"user_id":%q,"emote_asset_id":"77","count":%d}`, c, id, u.ID, n+1),
				string(f.Data))
		}
		ann.Delete(reactions + "/77").Want(204)
		require.JSONEq(t, fmt.Sprintf(`{"channel_id":%q,"message_id":%q,"user_id":"ann","emote_asset_id":"77","count":1}`, c, id),
			string(plain.Want("reaction_remove").Data))
	})
	s.Run(t, "CH-814 a deletion", func(t *testing.T) {
		ann.Delete(apitest.Messages(c, id)).Want(204)
		f := plain.Want("message_delete")
		var gone struct {
			ID, ChannelID, DeletedBy string
			DeletedAt                int64 `json:"deleted_at"`
		}
		require.NoError(t, json.Unmarshal(f.Data, &gone))
		require.Equal(t, id, gone.ID)
		require.Equal(t, c, f.Text("channel_id"))
		require.Equal(t, "ann", f.Text("deleted_by"))
		require.InDelta(t, s.Clock.Now().Unix(), gone.DeletedAt, 60)
	})
	plain.Quiet()
}

func TestFramesOfChannelsAndMembers(t *testing.T) {
	rows(t, "CH-817 CH-827")
	s, app := open(t)
	ann, bob := app.User("ann", "Ann"), app.User("bob", "Bob")
	c := ann.Group("Team")
	o := ann.Socket()
	last := o.Subscribe(c).Seq
	next := func(kind string) apitest.Frame {
		f := o.Want(kind)
		require.GreaterOrEqual(t, f.Seq, last)
		last = f.Seq
		return f
	}
	s.Run(t, "members come, change and go", func(t *testing.T) {
		ann.Add(c, bob)
		f := next("member_add")
		require.Equal(t, []string{c, "bob", "member"}, []string{f.Text("channel_id"), f.Text("user_id"), f.Text("role")})
		ann.Put(apitest.Members(c, "bob"), `{"role":"admin"}`).Want(200)
		require.Equal(t, "admin", next("member_update").Text("role"))
		bob.Delete(apitest.Members(c, "bob")).Want(204)
		f = next("member_remove")
		require.Equal(t, []string{c, "bob"}, []string{f.Text("channel_id"), f.Text("user_id")})
		ann.Add(c, bob)
		require.Equal(t, "Bob", next("member_add").Text("display_name"))
	})
	s.Run(t, "the channel changes", func(t *testing.T) {
		ann.Put(apitest.Channel(c), `{"name":"Crew"}`).Want(200)
		f := next("channel_update")
		require.Equal(t, []string{c, "Crew", "ann"}, []string{f.Text("id"), f.Text("name"), f.Text("owner_id")})
	})
	s.Run(t, "it is handed over: frames of one seq with ids of their own", func(t *testing.T) {
		ann.Put(apitest.Members(c, "bob"), `{"role":"owner"}`).Want(200)
		a, b, ch := next("member_update"), next("member_update"), next("channel_update")
		require.Equal(t, []string{"bob", "owner", "ann", "admin", "bob"},
			[]string{a.Text("user_id"), a.Text("role"), b.Text("user_id"), b.Text("role"), ch.Text("owner_id")})
		require.Equal(t, a.Seq, ch.Seq)
		require.Len(t, map[string]bool{a.EventID: true, b.EventID: true, ch.EventID: true}, 3)
	})
	s.Run(t, "it ends", func(t *testing.T) {
		bob.Delete(apitest.Channel(c)).Want(204)
		require.Equal(t, c, next("channel_delete").Text("id"))
		o.Send("subscribe", map[string]string{"channel_id": c})
		require.Equal(t, "CHAT_CHANNEL_NOT_FOUND", o.Want("error").Text("code"))
	})
}

func TestTypingIsShown(t *testing.T) {
	rows(t, "CH-808 CH-816")
	s, app := open(t)
	ann, bob := app.User("ann", "Ann"), app.User("bob", "Bob")
	c := ann.Group("Team")
	ann.Add(c, bob)
	typist, other, page := ann.Socket(), bob.Socket(), bob.Socket("names=page")
	for _, o := range []*apitest.Socket{typist, other, page} {
		o.Subscribe(c)
	}
	typist.Send("typing", map[string]string{"channel_id": c})
	f := other.Want("typing")
	require.JSONEq(t, fmt.Sprintf(`{"channel_id":%q,"user_id":"ann","display_name":"Ann"}`, c), string(f.Data))
	require.Zero(t, f.Seq)
	require.Equal(t, "ann", page.Want("typing_start").Text("user_id"))
	require.Equal(t, []any{"ann"}, bob.Get(apitest.Channel(c)+"/typing").Want(200).At("typing_users"))
	s.Run(t, "at most one in two seconds, not to the typist", func(t *testing.T) {
		ann.Post(apitest.Channel(c)+"/typing", nil).Want(204)
		typist.Send("typing", map[string]string{"channel_id": c})
		typist.Quiet()
		other.Quiet()
		s.Clock.Advance(2e9)
		ann.Post(apitest.Channel(c)+"/typing", nil).Want(204)
		require.Equal(t, "ann", other.Want("typing").Text("user_id"))
	})
	s.Run(t, "by a stranger", func(t *testing.T) {
		eve := app.User("eve").Socket()
		eve.Send("typing", map[string]string{"channel_id": c})
		require.Equal(t, "CHAT_NOT_MEMBER", eve.Want("error").Text("code"))
		eve.Send("typing", nil)
		require.Equal(t, "INVALID_REQUEST", eve.Want("error").Text("code"))
		other.Quiet()
	})
}

func TestAnEventOfATypeFromTheFutureKeepsItsNumber(t *testing.T) {
	rows(t, "CH-819 CH-827")
	s, app := open(t)
	ann := app.User("ann")
	c := ann.Room("Lobby")
	o := ann.Socket()
	o.Subscribe(c)
	s.Append(fmt.Sprintf("channel-%s.%s", app.ID, c), "ChannelPainted", `{}`)
	f := o.Want("other")
	require.Equal(t, "ChannelPainted", f.Text("event"))
	ann.Send(c, "next")
	require.Equal(t, f.Seq+1, o.Want("message").Seq)
}
