package admin_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

const auditPath = "/v1/admin/audit/log"

// types of the events of an audit.
func types(a *apitest.Answer) (list []string) {
	for _, line := range a.Lines() {
		list = append(list, fmt.Sprint(line["type"]))
	}
	return list
}

func TestAuditLogTellsWhoDidWhat(t *testing.T) {
	s := apitest.Open(t)
	shop := s.App("shop")
	s.App("other")
	key := adminKey(s, "shop", "boss", false)
	ann, bob := shop.User("ann", "Ann Lee"), shop.User("bob")
	room := ann.Room("Books")
	ann.Add(room, bob)
	bob.Send(room, "canary text")
	ann.Delete("/v1/channels/" + room + "/members/bob").Want(204)
	anybody := s.Anybody()

	in := anybody.Get(auditPath+"?channel="+room, operator).Want(200)
	require.Equal(t, []string{"ChannelCreated", "MemberAdded", "MessageSent", "MemberRemoved"}, types(in))
	require.NotContains(t, string(in.Body), "canary")
	require.NotContains(t, string(in.Body), "Books")
	removed := in.Lines()[3]
	require.Equal(t, []any{"ann", "user", "bob"}, []any{removed["actor"], removed["actor_kind"], removed["data"].(map[string]any)["user"]})

	open := anybody.Get(auditPath+"?reveal=true&channel="+room, operator).Want(200)
	require.Contains(t, string(open.Body), `"text":"canary text"`)
	require.Contains(t, string(open.Body), `"name":"Books"`)

	require.Equal(t, []string{"MemberAdded", "MessageSent", "MemberRemoved"}, types(anybody.Get(auditPath+"?user=bob", operator).Want(200)))
	require.Equal(t, []string{"MemberRemoved"}, types(anybody.Get(auditPath+"?last=1", operator).Want(200)))
	require.Equal(t, []string{"MessageSent"}, types(anybody.Get(auditPath+"?type=MessageSent,MessageEdited&actor=bob", operator).Want(200)))
	require.Empty(t, types(anybody.Get(auditPath+"?from=2100-01-01T00:00:00Z", operator).Want(200)))

	for _, line := range anybody.Get(auditPath, operator).Want(200).Lines() {
		require.NotEmpty(t, line["actor"], "every act has its actor: %v", line)
		require.NotEmpty(t, line["actor_kind"], "%v", line)
	}
	for _, line := range anybody.Get(auditPath, key).Want(200).Lines() {
		require.Equal(t, "shop", line["app"], "a key sees its own app")
	}
	anybody.Get(auditPath+"?app=other", key).Refused(404, "APP_NOT_FOUND")
	anybody.Get(auditPath+"?app=shop").Refused(401, "AUTH_MISSING_TOKEN")
}

func TestAuditLogRefusesWhatItDoesNotUnderstand(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	for _, q := range []string{
		"channel=x", "channel=0", "user=a%2Fb", "type=Dance", "from=yesterday", "to=-1", "from=253402300800", "after=-1", "before=1.5",
		"limit=x", "last=10001", "limit=1&last=1", "reveal=yes", "surprise=1", "limit=1&limit=2",
	} {
		s.Anybody().Get(auditPath+"?"+q, operator).Refused(400, "INVALID_REQUEST")
	}
	s.Anybody().Get(auditPath+"?app=nowhere", operator).Refused(404, "APP_NOT_FOUND")
	s.Anybody().Get(auditPath+"?user="+url.QueryEscape("größe 100%"), operator).Want(200)
}
