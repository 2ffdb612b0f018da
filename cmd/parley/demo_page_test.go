package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	demopage "parley/web/demo"
)

// pageUsers asks a demo for the sample users as its page does.
func pageUsers(t *testing.T, p *process) []demopage.User {
	t.Helper()
	status, body := exchange(t, http.MethodGet, p.url+"/demo/session.json", "", "")
	require.Equal(t, http.StatusOK, status, string(body))
	var session struct{ Users []demopage.User }
	require.NoError(t, json.Unmarshal(body, &session))
	return session.Users
}

func TestTheDemoPageHasTwoUsersWhoCanTalk(t *testing.T) {
	x := newExternal(t)
	p := start(t, x.args("demo", "--pace", "0")...)
	require.Contains(t, p.stdout.String(), p.url+"/demo/\n")
	status, body := exchange(t, http.MethodGet, p.url+"/demo/", "", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, string(body), "<title>parley demo</title>")

	users := pageUsers(t, p)
	require.Len(t, users, 2)
	for i, u := range users {
		eventually(t, func() error { // others' writes show within 2 s
			kinds := map[string]int{}
			for _, c := range channelsOf(t, p, u.Token) {
				kinds[c.Type+" "+c.Other]++
			}
			if want := (map[string]int{"dm " + users[1-i].Name: 1, "group ": 1, "room ": 3}); !maps.Equal(want, kinds) {
				return fmt.Errorf("%s sees %v", u.ID, kinds)
			}
			return nil
		})
	}
	group := channelOf(t, p, users[0].Token, "group")
	status, body = exchange(t, http.MethodDelete, p.url+"/v1/channels/"+group, users[0].Token, "")
	require.Equal(t, http.StatusNoContent, status, string(body))
	p.stop(t)

	p = start(t, x.args("demo", "--pace", "0")...)
	require.Empty(t, channelOf(t, p, pageUsers(t, p)[0].Token, "group"), "what users did stays")
	p.stop(t)

	p = start(t, x.args("serve")...)
	for _, path := range []string{"/demo", "/demo/", "/demo/session.json"} {
		status, body := exchange(t, http.MethodGet, p.url+path, "", "")
		require.Equal(t, http.StatusNotFound, status, "parley serve has no page: %s", body)
	}
}

// pageChannel is what the test looks at in a channel.
type pageChannel struct {
	ID, Type string
	Other    string `json:"other_user_name"`
}

func channelsOf(t *testing.T, p *process, token string) (channels []pageChannel) {
	t.Helper()
	p.get(t, token, "/v1/channels", &channels)
	return channels
}

// channelOf is the id of a user's first channel of a type, empty for none.
func channelOf(t *testing.T, p *process, token, kind string) string {
	t.Helper()
	for _, c := range channelsOf(t, p, token) {
		if c.Type == kind {
			return c.ID
		}
	}
	return ""
}
