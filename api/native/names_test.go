package native_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestDisplayNames(t *testing.T) {
	s, app := open(t)
	watcher := app.User("watcher")
	room := watcher.Room("r")
	issued := func(name string, ago time.Duration) *apitest.User {
		return app.Bearer("ann", app.Forge("ann", apitest.Claims{"name": name, "iat": s.Clock.Now().Add(-ago).Unix()}).Token())
	}
	shown := func(id string) string {
		list := watcher.Get(apitest.Members(room)).Want(200)
		for i := range list.Len() {
			if list.Text(i, "user_id") == id {
				return list.Text(i, "display_name")
			}
		}
		return "(no member)"
	}
	send := func(u *apitest.User) (*apitest.Answer, string) {
		a := u.Post(apitest.Messages(room), `{"body":"x"}`).Want(201)
		return a, a.Text("sender_name")
	}
	s.Run(t, "CH-024 a user never seen shows its id", func(t *testing.T) {
		require.Equal(t, "ann", watcher.Post(apitest.Members(room), `{"user_id":"ann"}`).Text("display_name"))
		require.Equal(t, "ann", shown("ann"))
		require.Equal(t, "ann", watcher.Get(apitest.Channel(watcher.DM("ann"))).Text("other_user_name"))
	})
	nameless, _ := send(app.User("ann"))
	s.Run(t, "CH-024 a token without name changes nothing", func(t *testing.T) {
		require.Equal(t, "ann", nameless.Text("sender_name"))
		require.Equal(t, "ann", shown("ann"))
	})
	s.Run(t, "CH-024 any request shows the name", func(t *testing.T) {
		issued("Ann 1", time.Hour).Get(channels).Want(200)
		require.Equal(t, "Ann 1", shown("ann"))
	})
	first, name := send(issued("Ann 2", 30*time.Minute))
	s.Run(t, "CH-024 a newer token renames, from its own request on", func(t *testing.T) {
		require.Equal(t, "Ann 2", name)
		require.Equal(t, "Ann 2", shown("ann"))
	})
	s.Run(t, "CH-024 an older token does not rename", func(t *testing.T) {
		_, name := send(issued("Old", 45*time.Minute))
		require.Equal(t, "Ann 2", name)
		issued("Older", 2*time.Hour).Get(channels).Want(200)
		require.Equal(t, "Ann 2", shown("ann"))
	})
	s.Run(t, "CH-024 a token without a name keeps the last one", func(t *testing.T) {
		_, name := send(app.User("ann"))
		require.Equal(t, "Ann 2", name)
	})
	s.Run(t, "CH-024 sender_name is that of the sending", func(t *testing.T) {
		_, name := send(issued("Ann 3", time.Minute))
		require.Equal(t, "Ann 3", name)
		for text, a := range map[string]*apitest.Answer{"ann": nameless, "Ann 2": first} {
			require.Equal(t, text, watcher.Get(apitest.Messages(room, a.Text("id"))).Text("sender_name"))
		}
		require.Equal(t, "Ann 3", watcher.Get(apitest.Messages(room)).Text("messages", 0, "sender_name"))
		require.Equal(t, "Ann 3", watcher.Get(apitest.Channel(watcher.DM("ann"))).Text("other_user_name"))
	})
	s.Run(t, "CH-003 a name of 300 characters is cut to 100", func(t *testing.T) {
		_, name := send(issued(strings.Repeat("👍", 300), 0))
		require.Equal(t, strings.Repeat("👍", 100), name)
		require.Equal(t, name, shown("ann"))
	})
	s.Run(t, "CH-024 markup is text", func(t *testing.T) {
		_, name := send(app.Bearer("ann", app.Forge("ann", apitest.Claims{"name": `<b>"&`, "iat": s.Clock.Now().Unix() + 2}).Token()))
		require.Equal(t, `<b>"&`, name)
	})
	s.Run(t, "CH-024 the same name again is no event", func(t *testing.T) {
		before := s.State(t)
		app.Bearer("ann", app.Forge("ann", apitest.Claims{"name": `<b>"&`, "iat": s.Clock.Now().Unix() + 3}).Token()).Get(channels).Want(200)
		require.Equal(t, before, s.State(t))
	})
}

func TestTheFirstRequestsOfANewUser(t *testing.T) {
	_, app := open(t)
	owner := app.User("owner")
	zoe := app.User("zoe", "Zoë")
	room := owner.Room("r")
	owner.Add(room, zoe)
	answers := make([]*apitest.Answer, 20)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = zoe.Post(apitest.Messages(room), `{"body":"x"}`) })
	}
	all.Wait()
	t.Run("CH-024 twenty first messages at once all carry the name", func(t *testing.T) {
		for _, a := range answers {
			require.Equal(t, "Zoë", a.Want(201).Text("sender_name"))
		}
	})
}
