package admin_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"parley/api/admin"
	"parley/internal/apitest"
)

// routes lists every route of the face with the values of its parameters
// filled in.
func routes(t *testing.T) (list []gin.RouteInfo) {
	t.Helper()
	engine, ok := (&admin.Server{}).Handler().(*gin.Engine)
	require.True(t, ok)
	for _, r := range engine.Routes() {
		segments := strings.Split(r.Path, "/")
		for i, s := range segments {
			switch {
			case s == ":app":
				segments[i] = "shop"
			case strings.HasPrefix(s, ":"):
				segments[i] = "root"
			}
		}
		r.Path = strings.Join(segments, "/") + "?app=shop" // of those that name the app in the query
		list = append(list, r)
	}
	require.NotEmpty(t, list)
	return list
}

// TestEveryRouteIsRefusedToStrangers asks every route there is with every
// credential that must not do.
func TestEveryRouteIsRefusedToStrangers(t *testing.T) {
	s := apitest.Open(t)
	shop, other := s.App("shop"), s.App("other")
	anybody := s.Anybody()
	foreign, revoked := adminKey(s, "other", "boss", true), adminKey(s, "shop", "gone", true)
	anybody.Delete(keysOf("shop", "gone"), operator).Want(204)
	plain := basic(string(shop.Key), shop.Secret)
	credentials := map[string]struct {
		headers []string
		status  []int
		codes   []string
	}{
		"no credential":              {nil, []int{401}, []string{"AUTH_MISSING_TOKEN"}},
		"an unknown scheme":          {[]string{"Authorization: Digest x"}, []int{401}, []string{"AUTH_MISSING_TOKEN"}},
		"an empty scheme":            {[]string{"Authorization: "}, []int{401}, []string{"AUTH_MISSING_TOKEN"}},
		"a wrong token":              {[]string{operator + "x"}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"two credentials":            {[]string{operator, operator}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"a user's token":             {[]string{"Authorization: Bearer " + shop.User("ann").Token}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"a key as a bearer token":    {[]string{"Authorization: Bearer shop.root:" + shop.Secret}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"the operator's token alone": {[]string{"Authorization: " + apitest.Operator}, []int{401}, []string{"AUTH_MISSING_TOKEN"}},
		"the operator by Basic":      {[]string{basic("operator", apitest.Operator)}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"no base64":                  {[]string{"Authorization: Basic !"}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"no secret":                  {[]string{"Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("shop.root"))}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"an empty secret":            {[]string{basic("shop.root", "")}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"another key's secret":       {[]string{basic("shop.root", other.Secret)}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"an unknown key":             {[]string{basic("shop.nemo", shop.Secret)}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"a key of no app":            {[]string{basic("nobody.root", shop.Secret)}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"no key at all":              {[]string{basic("../x", shop.Secret)}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"a revoked key":              {[]string{revoked}, []int{401}, []string{"AUTH_INVALID_TOKEN"}},
		"a key without admin":        {[]string{plain}, []int{403}, []string{"FORBIDDEN"}},
		"a key of another app":       {[]string{foreign}, []int{403, 404}, []string{"FORBIDDEN", "APP_NOT_FOUND"}},
	}
	s.Unchanged(t, func() {
		for _, r := range routes(t) {
			for name, c := range credentials {
				s.Run(t, r.Method+" "+r.Path+", "+name, func(t *testing.T) {
					a := anybody.Do(r.Method, r.Path, `{"app":"shop","user":"ann"}`, c.headers...)
					require.Contains(t, c.status, a.Status, a)
					require.Contains(t, c.codes, a.Code(), a)
				})
			}
		}
	})
}

func TestOfOtherAppsAKeyLearnsNothing(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	s.App("other")
	anybody, boss := s.Anybody(), adminKey(s, "other", "boss", true)
	for _, r := range routes(t) {
		if !strings.Contains(r.Path, "/shop") {
			continue
		}
		s.Run(t, r.Method+" "+r.Path, func(t *testing.T) {
			said := func(path string) (int, string, string) {
				a := anybody.Do(r.Method, path, `{}`, boss)
				return a.Status, a.Code(), a.Text("error", "message")
			}
			status, code, message := said(r.Path)
			status2, code2, message2 := said(strings.Replace(r.Path, "/shop", "/nobody", 1))
			require.Equal(t, []any{status2, code2, message2}, []any{status, code, message})
		})
	}
}

func TestKeysComeByBasicOrAlone(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	anybody := s.Anybody()
	a := anybody.Post(keysOf("shop"), object{"id": "boss", "capability": object{"x": []string{"admin"}}}, operator).Want(201)
	secret := a.Text("secret")
	for _, header := range []string{
		basic("shop.boss", secret), strings.Replace(basic("shop.boss", secret), "Basic", "bAsIc ", 1), "Authorization: shop.boss:" + secret,
	} {
		require.Equal(t, "shop", anybody.Get(apps+"/shop", header).Want(200).Text("id"))
	}
	anybody.Get("/v1/admin/nothing", operator).Refused(404, "NOT_FOUND")
	anybody.Do(http.MethodPatch, apps, nil, operator).Refused(405, "METHOD_NOT_ALLOWED")
}

func TestWhatAnAdminKeyMayDoIsOnItsEvents(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	anybody := s.Anybody()
	actor, kind, typ := actorOf(t, s, "shop")
	require.Equal(t, []string{"operator", "system", "KeyIssued"}, []string{actor, kind, typ})
	boss := adminKey(s, "shop", "boss", true)
	anybody.Post(keysOf("shop"), object{"id": "k"}, boss).Want(201)
	actor, kind, typ = actorOf(t, s, "shop")
	require.Equal(t, []string{"boss", "key", "KeyIssued"}, []string{actor, kind, typ})
	anybody.Delete(keysOf("shop", "k"), boss).Want(204)
	actor, kind, typ = actorOf(t, s, "shop")
	require.Equal(t, []string{"boss", "key", "KeyRevoked"}, []string{actor, kind, typ})
	s.Unchanged(t, func() {
		for _, r := range [][2]string{{http.MethodGet, apps}, {http.MethodPost, apps}, {http.MethodPut, apps + "/shop/limits"}} {
			anybody.Do(r[0], r[1], `{"id":"new"}`, boss).Refused(403, "FORBIDDEN")
		}
	})
}
