package native_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

// userIDs are unusual and right (CH-023).
var userIDs = []string{
	"a b", " ", "a+b", "a+b,c", "a%b", "100%25", "%2F", ".", "..", "...", "~", "a:b", "a;b", "a?b", "a#b", "a&b=c", "@me", "*", "$all",
	`"quoted"`, `back\slash`, "{id}", "é", "e\u0301", "日本語", "👩‍👩‍👧", "\u202eright", "\ufeffx", "me", "null", "ANN", "0", "-1",
	"messages", "1e3", "admin", "system", "erased-user", "operator", "'; DROP TABLE members; --", "a.b-c_d~e", "\u2028",
}

func TestUserIDsWithEveryCharacter(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("r")
	for _, id := range append(userIDs, strings.Repeat("x", 128), strings.Repeat("é", 128), strings.Repeat("👍", 128)) {
		s.Run(t, fmt.Sprintf("CH-023 RS-083 %.20q", id), func(t *testing.T) {
			require.Equal(t, id, ann.Post(apitest.Members(room), map[string]string{"user_id": id}).Want(201).Text("user_id"))
			u := app.User(id)
			require.Equal(t, id, u.Get(apitest.Messages(room, u.Send(room, "x"))).Text("sender_id"))
			require.Contains(t, ann.Get(apitest.Members(room)).Texts("user_id"), id)
			after := ann.Get(apitest.Members(room) + "?after=" + url.QueryEscape(id)).Want(200)
			require.NotContains(t, after.Texts("user_id"), id)
			require.Equal(t, id, ann.Get(apitest.Channel(ann.DM(id))).Text("other_user_id"))
			ann.Put(apitest.Block(id), nil).Want(204)
			require.Equal(t, id, ann.Get("/v1/users/me/blocks").Text("blocks", 0, "user_id"))
			ann.Delete(apitest.Block(id)).Want(204)
			ann.Delete(apitest.Members(room, id)).Want(204)
			ann.Add(room, u)
			ann.Delete(apitest.Members(room) + "/" + url.PathEscape(id)).Want(204)
		})
	}
	s.Unchanged(t, func() {
		for _, id := range []string{
			"", "a/b", "/", "a\nb", "a\x7fb", "a\u0085b", "\t", strings.Repeat("x", 129), strings.Repeat("é", 129), strings.Repeat("x", 5000),
		} {
			s.Run(t, fmt.Sprintf("CH-023 refused %.20q", id), func(*testing.T) {
				ann.Post(apitest.Members(room), map[string]string{"user_id": id}).Refused(400, "INVALID_REQUEST")
				ann.Post(channels, map[string]string{"type": "dm", "user_id": id}).Refused(400, "INVALID_REQUEST")
				if id != "" {
					ann.Put(apitest.Block(id), nil).Refused(400, "INVALID_REQUEST")
				}
			})
		}
	})
}
