package admin_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestAppsAreCreatedShownAndLimited(t *testing.T) {
	s := apitest.Open(t)
	s.Prompt = true // reads show what was written, without waiting
	anybody := s.Anybody()
	a := anybody.Post(apps, `{"id":"shop"}`, operator).Want(201)
	require.Equal(t, "shop", a.Text("id"))
	require.InDelta(t, s.Clock.Now().Unix(), a.Number("created_at"), 3)
	require.NotEmpty(t, a.Position())
	anybody.Post(apps, `{"id":"bench","limits":"off"}`, operator).Want(201)
	anybody.Post(apps, `{"id":"slow","limits":{"user_sends":0.5}}`, operator).Want(201)
	list := anybody.Get(apps, operator).Want(200)
	require.Equal(t, []string{"bench", "shop", "slow"}, list.Texts("id", "apps"))
	require.Equal(t, "off", list.Text("apps", 0, "limits"))
	require.Equal(t, map[string]any{}, list.At("apps", 1, "limits"))
	require.Equal(t, json.Number("0.5"), list.At("apps", 2, "limits", "user_sends"))
	require.Equal(t, []string{"shop"}, anybody.Get(apps+"?limit=1&after=bench", operator).Want(200).Texts("id", "apps"))

	all := `{"user_sends":1,"user_send_burst":2,"user_requests":3,"user_burst":4,"app_sends":5,"app_history_reads":6}`
	a = anybody.Put(apps+"/shop/limits", all, operator).Want(200)
	shown, err := json.Marshal(a.At("limits"))
	require.NoError(t, err)
	require.JSONEq(t, all, string(shown))
	require.Equal(t, "off", anybody.Put(apps+"/shop/limits", `"off"`, operator).Want(200).Text("limits"))
	require.Equal(t, "off", anybody.Get(apps+"/shop", operator).Want(200).Text("limits"))
	s.Unchanged(t, func() { anybody.Put(apps+"/shop/limits", `"off"`, operator).Want(200) })
	require.Equal(t, map[string]any{}, anybody.Put(apps+"/shop/limits", `{}`, operator).Want(200).At("limits"))
}

func TestWrittenAppsAreSeenOnOtherNodes(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	for i := range 20 {
		id := fmt.Sprint("app", i)
		here, there := nodes[i%2], nodes[1-i%2]
		here.Prompt, there.Prompt = true, true
		here.Anybody().Post(apps, object{"id": id}, operator).Want(201)
		there.Anybody().Get(apps+"/"+id, operator).Want(200)
	}
}

func TestRefusedApps(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	anybody := s.Anybody()
	s.Unchanged(t, func() {
		anybody.Post(apps, `{"id":"shop"}`, operator).Refused(409, "APP_EXISTS")
		for _, body := range []string{
			``, `null`, `[]`, `"shop"`, `{}`, `{"id":""}`, `{"id":"Shop"}`, `{"id":7}`, `{"id":"_a"}`, `{"id":"` + strings.Repeat("a", 33) + `"}`,
			`{"id":"new","owner":"ann"}`, `{"id":"new"} {}`, `{"id":"new","limits":7}`, `{"id":"new","limits":"on"}`,
			`{"id":"new","limits":{"sends":1}}`, `{"id":"new","limits":{"user_sends":-1}}`, "{\"id\":\"new\xff\"}",
		} {
			s.Run(t, "create "+body, func(*testing.T) { anybody.Post(apps, body, operator).Refused(400, "INVALID_REQUEST") })
		}
		for _, body := range []string{
			``, `null`, `7`, `"on"`, `"off" "off"`, `["off"]`, `{"user_sends":"many"}`, `{"user_sends":1e400}`, `{"user_sends":1000001}`,
			`{"user_burst":1.5}`, `{"user_send_burst":-1}`, `{"rate":1}`,
		} {
			s.Run(t, "limit "+body, func(*testing.T) {
				anybody.Put(apps+"/shop/limits", body, operator).Refused(400, "INVALID_REQUEST")
			})
		}
		for _, app := range []string{"nobody", "..%2Fx", "%00", "SHOP", strings.Repeat("a", 3000)} {
			anybody.Get(apps+"/"+app, operator).Refused(404, "APP_NOT_FOUND")
			anybody.Get(keysOf(app), operator).Refused(404, "APP_NOT_FOUND")
			anybody.Post(keysOf(app), `{}`, operator).Refused(404, "APP_NOT_FOUND")
			anybody.Put(apps+"/"+app+"/limits", `"off"`, operator).Refused(404, "APP_NOT_FOUND")
			anybody.Delete(keysOf(app, "root"), operator).Refused(404, "APP_NOT_FOUND")
			anybody.Post(keysOf(app, "root", "rotate"), `{}`, operator).Refused(404, "APP_NOT_FOUND")
		}
		anybody.Post(apps, `{"id":"`+strings.Repeat("x", 64<<10)+`"}`, operator).Refused(413, "BODY_TOO_LARGE")
		for _, query := range []string{"limit=0", "limit=1001", "limit=x", "limit=-1", "limit="} {
			anybody.Get(apps+"?"+query, operator).Refused(400, "INVALID_LIMIT")
		}
		anybody.Get(apps+"?after=a%00", operator).Refused(400, "INVALID_CURSOR")
		anybody.Get(apps, operator, "Parley-Min-Position: soon").Refused(400, "INVALID_REQUEST")
	})
}
