package native_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

// TestEveryRouteAgainstEveryForeignID is the matrix: each route by a stranger,
// from another app, without a good token, and with ids of nothing and of
// others in each place of an id. None of it changes a row of the log or of the
// read models.
func TestEveryRouteAgainstEveryForeignID(t *testing.T) {
	names := everyRoute(t)
	s, app := open(t)
	other := s.App("other")
	places := map[string]place{}
	for _, kind := range []string{"group", "room", "dm"} {
		places[kind] = newPlace(app, kind, "mine")
	}
	group, second := places["group"], newPlace(app, "group", "second")
	theirs := newPlace(other, "group", mark)
	m := &matrix{Server: s, app: app, stranger: other.User("ann"), outsider: app.User("eve"), second: second, theirs: theirs}
	for _, name := range names {
		s.Unchanged(t, func() {
			m.withoutToken(t, name, group)
			if below(name) {
				for kind, p := range places {
					m.outside(t, name, kind, p)
					m.otherApp(t, name, kind, p)
				}
			}
			if strings.Contains(name, ":upload") {
				m.uploadOfOthers(t, name, group)
			}
			m.idsOfNothing(t, name, group)
			m.idsOfOthers(t, name, group)
			m.cursorsOfOthers(t, name, group)
		})
	}
	s.Run(t, "CH-704 RS-035 RS-049 nobody is seen typing", func(t *testing.T) {
		for _, p := range places {
			require.Zero(t, app.User("bob").Get(apitest.Channel(p.ids[":channel"])+"/typing").Want(200).Len("typing_users"))
		}
	})
	for _, name := range names {
		m.inside(t, name, other)
	}
}

type matrix struct {
	*apitest.Server
	app                *apitest.App
	stranger, outsider *apitest.User
	second, theirs     place
}

// claims are headers that others take for who calls, and for what.
var claims = []string{
	"X-User-Id: ann", "X-App-Id: demo", "X-Forwarded-User: ann", "X-Original-URL: /healthz", "X-HTTP-Method-Override: GET",
	"X-Request-Id: matrix",
}

func (m *matrix) withoutToken(t *testing.T, name string, p place) {
	expired := m.app.Forge("ann", apitest.Claims{"exp": m.Clock.Now().Unix() - 60}).Token()
	foreign := m.app.Forge("ann", nil)
	foreign.Secret = []byte(apitest.NewSecret())
	for token, code := range map[string]string{
		"": "AUTH_MISSING_TOKEN", expired: "AUTH_TOKEN_EXPIRED", "garbage": "AUTH_INVALID_TOKEN", foreign.Token(): "AUTH_INVALID_TOKEN",
	} {
		if token == "" {
			code = withoutCredentials(name)
		}
		m.Run(t, fmt.Sprintf("CH-002 RS-001 RS-032 %s with token %.10q", name, token), func(*testing.T) {
			p.call(m.app.Bearer("ann", token), name, claims...).Refused(401, code)
		})
	}
}

// outside is a user of the app who is not in the channel: what it hears is the
// same for what exists and what does not.
func (m *matrix) outside(t *testing.T, name, kind string, p place) {
	want := refusal{403, "CHAT_NOT_MEMBER"}
	if kind == "room" && routes[name].room != 0 {
		want = refusal{routes[name].room, ""}
	}
	m.Run(t, "CH-026 RS-032 RS-034 RS-035 "+name+" by a non-member of a "+kind, func(t *testing.T) {
		a := p.call(m.outsider, name, claims...).Refused(want.status, want.code)
		path, body := routes[name].names(name)
		for _, param := range append(path, body...) {
			if param != ":channel" {
				same(t, a, p.with(param, "77").call(m.outsider, name, claims...))
			}
		}
	})
}

// otherApp is a user of the same id in another app, for whom the channel does
// not exist.
func (m *matrix) otherApp(t *testing.T, name, kind string, p place) {
	m.Run(t, "CH-007 CH-131 RS-030 RS-031 RS-050 "+name+" of a "+kind+" from another app", func(t *testing.T) {
		a := p.call(m.stranger, name, claims...).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		same(t, a, p.with(":channel", "77").call(m.stranger, name, claims...))
	})
}

// uploadOfOthers: an upload is its maker's alone, members of the channel it is
// for included.
func (m *matrix) uploadOfOthers(t *testing.T, name string, p place) {
	for _, u := range []*apitest.User{m.app.User("bob"), m.outsider, m.stranger} {
		m.Run(t, "CH-007 RS-030 RS-031 RS-050 "+name+" by "+u.ID+", whose it is not", func(t *testing.T) {
			a := p.call(u, name, claims...).Refused(404, "UPLOAD_NOT_FOUND")
			same(t, a, p.with(":upload", "77").call(u, name, claims...))
		})
	}
}

func (m *matrix) idsOfNothing(t *testing.T, name string, p place) {
	path, _ := routes[name].names(name)
	for _, param := range path {
		want := routes[name].refuses(param)
		for _, id := range params[param].malformed {
			m.Run(t, fmt.Sprintf("CH-025 RS-068 RS-075 %s with %s %.20s", name, param, id), func(t *testing.T) {
				p.with(param, id).call(p.owner, name).Refused(want.status, want.code)
			})
		}
	}
}

// idsOfOthers puts what exists elsewhere under one's own channel.
func (m *matrix) idsOfOthers(t *testing.T, name string, p place) {
	path, body := routes[name].names(name)
	for _, param := range append(path, body...) {
		want := routes[name].refuses(param)
		if want.status != 404 {
			continue // it is not looked up
		}
		foreign := map[string]string{"of another app": m.theirs.ids[param], "of a channel": p.ids[":channel"]}
		switch param {
		case ":message":
			foreign["of another channel"] = m.second.ids[param]
		case ":user":
			foreign = map[string]string{"of nobody there": m.outsider.ID}
		case ":attachment":
			foreign = map[string]string{"of nothing there": "2"}
		case ":emote":
			foreign = map[string]string{"of nobody": "nothing"}
		}
		for what, id := range foreign {
			if param == ":channel" && id == p.ids[param] {
				continue
			}
			m.Run(t, "RS-030 RS-031 RS-038 RS-050 "+name+" with "+param+" "+what, func(t *testing.T) {
				const request = "X-Request-Id: matrix"
				a := p.with(param, id).call(p.owner, name, request).Refused(want.status, want.code)
				same(t, a, p.with(param, "77").call(p.owner, name, request))
			})
		}
	}
}

// cursorsOfOthers pages with ids of the other app: none of its texts comes.
func (m *matrix) cursorsOfOthers(t *testing.T, name string, p place) {
	method, path := p.path(name)
	if method != "GET" || name == handshakes {
		return
	}
	for _, query := range []string{"before", "after"} {
		for param, id := range m.theirs.ids {
			m.Run(t, "CH-007 RS-033 "+name+" "+query+" "+param+" of another app", func(t *testing.T) {
				a := p.owner.Get(path + "?" + query + "=" + id)
				if a.Status != 200 {
					a.Refused(400, "INVALID_CURSOR")
				}
				require.NotContains(t, string(a.Body), mark)
			})
		}
	}
}

// inside calls a route as one may, in both apps with the same key: what
// happens in one is neither seen nor repeated in the other.
func (m *matrix) inside(t *testing.T, name string, other *apitest.App) {
	m.Run(t, "CH-007 RS-031 RS-033 "+name+" by somebody who may", func(t *testing.T) {
		mine, theirs := newPlace(m.app, "group", "mine"), newPlace(other, "group", mark)
		for _, p := range []struct {
			place
			beside *apitest.App
		}{{mine, other}, {theirs, m.app}} {
			before := p.beside.State(t)
			a := p.call(p.owner, name, "Idempotency-Key: "+name).Want(routes[name].status)
			require.Empty(t, a.Header.Get("Idempotent-Replayed"))
			require.Equal(t, before, p.beside.State(t), "the other app is as it was")
			if p.beside == other {
				require.NotContains(t, string(a.Body), mark)
			}
		}
	})
}

// same demands that two answers tell nothing apart: what is forbidden or
// foreign and what does not exist.
func same(t *testing.T, a, b *apitest.Answer) {
	t.Helper()
	require.Equal(t, a.Status, b.Status)
	require.Equal(t, string(a.Body), string(b.Body))
	require.ElementsMatch(t, slices.Collect(maps.Keys(a.Header)), slices.Collect(maps.Keys(b.Header)))
}
