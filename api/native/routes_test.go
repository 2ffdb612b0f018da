package native_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"parley/api/native"
	"parley/internal/apitest"
)

// route is how somebody who may calls a route, and what comes of it. Names of
// parameters in the body stand for their values.
type route struct {
	status int
	body   string
	// room says what a room answers a stranger, 0 for the refusal of others.
	room int
	// unknown says what is answered for ids of nothing where it is not that
	// of the parameter.
	unknown map[string]refusal
}

type refusal struct {
	status int
	code   string
}

// routes has a line for every route of the face. A new route needs its line,
// and a new parameter its entry in params and in newPlace.
var routes = map[string]route{
	"GET /v1/channels":                   {status: 200},
	"POST /v1/channels":                  {status: 201, body: `{"type":"group","name":"x"}`},
	"GET /v1/channels/:channel":          {status: 200, room: 200},
	"PUT /v1/channels/:channel":          {status: 200, body: `{"name":"x"}`},
	"DELETE /v1/channels/:channel":       {status: 204},
	"PUT /v1/channels/:channel/hidden":   {status: 204, body: `{"hidden":true}`},
	"GET /v1/channels/:channel/members":  {status: 200},
	"POST /v1/channels/:channel/members": {status: 201, body: `{"user_id":"dan"}`},

	"PUT /v1/channels/:channel/members/:user":    {status: 200, body: `{"role":"admin"}`},
	"DELETE /v1/channels/:channel/members/:user": {status: 204},

	"GET /v1/channels/:channel/messages":                   {status: 200},
	"POST /v1/channels/:channel/messages":                  {status: 201, body: `{"body":"x"}`},
	"GET /v1/channels/:channel/messages/:message":          {status: 200},
	"PUT /v1/channels/:channel/messages/:message":          {status: 200, body: `{"body":"x"}`},
	"DELETE /v1/channels/:channel/messages/:message":       {status: 204},
	"GET /v1/channels/:channel/messages/:message/versions": {status: 200},

	"GET /v1/channels/:channel/messages/:message/attachments/:attachment/url": {status: 200},

	"POST /v1/auth/ws-ticket": {status: 200},
	handshakes:                {status: 400}, // what the matrix sends is no handshake

	"POST /v1/uploads":                  {status: 201, body: `{"upload_type":"chat_attachment","channel_id":":channel",` + aFile},
	"GET /v1/uploads/:upload":           {status: 200},
	"POST /v1/uploads/:upload/complete": {status: 200},

	"GET /v1/channels/:channel/typing":  {status: 200},
	"POST /v1/channels/:channel/typing": {status: 204},

	"GET /v1/channels/:channel/occupancy": {status: 200},
	"GET /v1/channels/:channel/presence":  {status: 200},

	"POST /v1/channels/:channel/messages/:message/reactions":          {status: 201, body: `{"emote_asset_id":"new"}`},
	"DELETE /v1/channels/:channel/messages/:message/reactions/:emote": {status: 204},

	"POST /v1/channels/:channel/read": {status: 200, body: `{"last_read_message_id":":message"}`},
	"GET /v1/channels/:channel/reads": {status: 200},

	"GET /v1/users/me/blocks":          {status: 200},
	"PUT /v1/users/me/blocks/:user":    {status: 204, unknown: map[string]refusal{":user": {400, "INVALID_REQUEST"}}},
	"DELETE /v1/users/me/blocks/:user": {status: 204, unknown: map[string]refusal{":user": {400, "INVALID_REQUEST"}}},
}

// handshakes is the route that opens sockets.
const handshakes = "GET /v1/ws"

// withoutCredentials is the code of the refusal of who sends none (CH-002,
// CH-802).
func withoutCredentials(route string) string {
	if route == handshakes {
		return "AUTH_INVALID_TICKET"
	}
	return "AUTH_MISSING_TOKEN"
}

// aFile ends the request for an upload.
const aFile = `"filename":"a.txt","content_type":"text/plain","size_bytes":5}`

// params are the ids that a path or body may hold: what is answered for those
// of nothing, and texts that are the id of nothing.
var params = map[string]struct {
	refusal
	malformed []string
}{
	":channel":    {refusal{404, "CHAT_CHANNEL_NOT_FOUND"}, append([]string{"77", "9223372036854775807"}, notIDs...)},
	":message":    {refusal{404, "CHAT_MESSAGE_NOT_FOUND"}, append([]string{"77", "9223372036854775807"}, notIDs...)},
	":user":       {refusal{404, "CHAT_MEMBER_NOT_FOUND"}, append([]string{"a%2Fb", "bob%00", "%0A", strings.Repeat("x", 129)}, notText...)},
	":attachment": {refusal{404, "CHAT_ATTACHMENT_NOT_FOUND"}, append([]string{"2", "9223372036854775807"}, notIDs...)},
	":upload":     {refusal{404, "UPLOAD_NOT_FOUND"}, append([]string{"77", "9223372036854775807"}, notIDs...)},
	":emote":      {refusal{404, "CHAT_REACTION_NOT_FOUND"}, append([]string{"none", "%F0%9F%91%8D", strings.Repeat("%F0%9F%91%8D", 65)}, notText...)},
}

// notText are texts in a path that nobody can have stored: bytes that are not
// UTF-8, controls, and more than any id has.
var notText = []string{
	"%00", "%FF", "a%C3%28", "%ED%A0%80", "%C0%AF", "a%0D%0AX-Evil:%201", "..%2F..%2Fetc%2Fpasswd", strings.Repeat("x", 3000),
}

// place is a channel with what paths and bodies below it name. The refusals of
// the matrix change nothing, so that one place serves for all of them.
type place struct {
	owner *apitest.User
	ids   map[string]string
}

// mark is in every text of a place of the other app.
const mark = "secret"

// newPlace is a channel of ann: with bob, her message, and her reaction to it.
func newPlace(app *apitest.App, kind, text string) place {
	ann := app.User("ann")
	p := place{owner: ann, ids: map[string]string{":user": "bob", ":emote": "thumb", ":attachment": "1"}}
	if kind == "dm" {
		p.ids[":channel"] = ann.DM("bob")
	} else {
		p.ids[":channel"] = ann.Post(channels, map[string]string{"type": kind, "name": text}).Want(201).Text("id")
		ann.Add(p.ids[":channel"], app.User("bob"))
	}
	p.ids[":message"] = ann.Post(apitest.Messages(p.ids[":channel"]), map[string]any{"body": text, "attachments": []any{map[string]any{
		"asset_id": "1", "filename": text, "content_type": "image/png", "size_bytes": 1,
	}}}).Want(201).Text("id")
	upload := ann.Post("/v1/uploads", `{"upload_type":"chat_attachment","channel_id":"`+p.ids[":channel"]+`",`+aFile).Want(201)
	sign, err := url.Parse(upload.Text("upload_url"))
	if err != nil {
		panic(err)
	}
	ann.Do(http.MethodPut, sign.RequestURI(), "hello", "Content-Type: text/plain").Want(204)
	p.ids[":upload"] = upload.Text("upload_id")
	ann.Post("/v1/uploads/"+p.ids[":upload"]+"/complete", nil).Want(200)
	ann.Post(apitest.Messages(p.ids[":channel"], p.ids[":message"])+"/reactions", `{"emote_asset_id":"thumb"}`).Want(201)
	return p
}

// with is the place under another id.
func (p place) with(param, id string) place {
	ids := maps.Clone(p.ids)
	ids[param] = id
	return place{p.owner, ids}
}

// path is the path of a route in the place.
func (p place) path(name string) (method, path string) {
	method, pattern, _ := strings.Cut(name, " ")
	segments := strings.Split(pattern, "/")
	for i, s := range segments {
		if id, ok := p.ids[s]; ok {
			segments[i] = id
		}
	}
	return method, strings.Join(segments, "/")
}

// call calls a route in the place.
func (p place) call(u *apitest.User, name string, headers ...string) *apitest.Answer {
	method, path := p.path(name)
	text := routes[name].body
	if text == "" {
		return u.Do(method, path, nil, headers...)
	}
	for param, id := range p.ids {
		text = strings.ReplaceAll(text, `"`+param+`"`, `"`+id+`"`)
	}
	return u.Do(method, path, text, headers...)
}

// names are the parameters of a route: those of its path, and of its body.
func (r route) names(name string) (path, body []string) {
	for _, s := range strings.Split(name, "/") {
		if strings.HasPrefix(s, ":") {
			path = append(path, s)
		}
	}
	for p := range params {
		if strings.Contains(r.body, `"`+p+`"`) {
			body = append(body, p)
		}
	}
	return path, body
}

// refuses is what a route answers for an id of nothing.
func (r route) refuses(param string) refusal {
	if other, ok := r.unknown[param]; ok {
		return other
	}
	return params[param].refusal
}

// everyRoute are the routes of the router, each of which has its line.
func everyRoute(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, r := range (&native.Server{}).Handler().(*gin.Engine).Routes() {
		names = append(names, r.Method+" "+r.Path)
	}
	slices.Sort(names)
	require.Equal(t, slices.Sorted(maps.Keys(routes)), names, "every route has its line in the matrix, and every line its route")
	for _, name := range names {
		path, _ := routes[name].names(name)
		for _, param := range path {
			require.Contains(t, params, param, name)
		}
	}
	return names
}

// below reports whether a route is about a channel: that of its path, or of its
// body.
func below(name string) bool { return strings.Contains(name+routes[name].body, ":channel") }
