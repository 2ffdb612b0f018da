package apitest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// User is a caller with a token; without one it is anybody.
type User struct {
	ID    string
	Token string

	s *Server
}

// User signs a token for a user; a name may follow.
func (a *App) User(id string, name ...string) *User {
	changes := Claims{}
	if len(name) > 0 {
		changes["name"] = name[0]
	}
	return a.Bearer(id, a.Forge(id, changes).Token())
}

// Bearer is a user with a given token.
func (a *App) Bearer(id, token string) *User {
	if at := strings.LastIndexByte(token, '.'); len(token)-at > 20 {
		a.s.secrets.keep("token", token[at+1:]) // the signature is what nobody else has
	}
	return &User{ID: id, Token: token, s: a.s}
}

// On is the user as a client of another node.
func (u *User) On(s *Server) *User { return &User{ID: u.ID, Token: u.Token, s: s} }

// Anybody is a caller without a token.
func (s *Server) Anybody() *User { return &User{s: s} }

// Get reads.
func (u *User) Get(path string, headers ...string) *Answer {
	u.s.t().Helper()
	return u.Do(http.MethodGet, path, nil, headers...)
}

// Post sends a body.
func (u *User) Post(path string, body any, headers ...string) *Answer {
	u.s.t().Helper()
	return u.Do(http.MethodPost, path, body, headers...)
}

// Put sends a body, nil for none.
func (u *User) Put(path string, body any, headers ...string) *Answer {
	u.s.t().Helper()
	return u.Do(http.MethodPut, path, body, headers...)
}

// Delete deletes.
func (u *User) Delete(path string, headers ...string) *Answer {
	u.s.t().Helper()
	return u.Do(http.MethodDelete, path, nil, headers...)
}

// Do makes a request and checks what holds for every answer. The body is nil,
// text, bytes or a reader to be sent as they are, or a value to be sent as JSON. Headers
// are written "Name: value"; Authorization and Content-Type replace what would
// be sent, and a name may come twice. Do may be called by any goroutine.
func (u *User) Do(method, path string, body any, headers ...string) *Answer {
	u.s.t().Helper()
	a, sentID := u.send(method, u.s.URL+path, body, headers...)
	if a.Header != nil {
		a.check(method, sentID)
	}
	return a
}

// send makes a request; the answer has no header if none came.
func (u *User) send(method, address string, body any, headers ...string) (a *Answer, sentID string) {
	u.s.t().Helper()
	a = &Answer{t: u.s.t(), secrets: u.s.secrets, request: method + " " + strings.TrimPrefix(address, u.s.URL)}
	u.s.secrets.keepWritten(body)
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, method, address, reader(body))
	if err != nil {
		u.s.t().Errorf("%s: %v", a.request, err)
		return a, ""
	}
	if method == http.MethodGet && !u.s.Prompt {
		if err := u.s.settle(ctx); err != nil {
			u.s.t().Errorf("%s: %v", a.request, err)
		}
	}
	given := http.Header{}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		given.Add(name, value)
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if u.Token != "" {
		q.Header.Set("Authorization", "Bearer "+u.Token)
	}
	for _, name := range []string{"User-Agent", "Cookie", "Referer"} {
		q.Header.Set(name, canary+"a-"+strings.ToLower(name))
	}
	for name, values := range given {
		q.Header[name] = values
	}
	res, err := u.s.client.Do(q)
	if err != nil {
		u.s.t().Errorf("%s: %v", a.request, err)
		return a, ""
	}
	defer res.Body.Close()
	a.Status, a.Header = res.StatusCode, res.Header
	if a.Body, err = io.ReadAll(res.Body); err != nil {
		u.s.t().Errorf("%s: read the answer: %v", a.request, err)
	}
	a.described(q, body)
	return a, q.Header.Get("X-Request-Id")
}

func reader(body any) io.Reader {
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(b)
	case []byte:
		return bytes.NewReader(b)
	case io.Reader:
		return b
	}
	return strings.NewReader(JSON(body))
}

// text is a body as it was sent, nil for none and for a reader, which is at its
// end.
func text(body any) []byte {
	switch b := body.(type) {
	case nil, io.Reader:
		return nil
	case string:
		return []byte(b)
	case []byte:
		return b
	}
	return []byte(JSON(body))
}

// Group creates a group and is its id.
func (u *User) Group(name string) string { return u.create("group", name) }

// Room creates a room and is its id.
func (u *User) Room(name string) string { return u.create("room", name) }

// DM opens the dm with another user and is its id.
func (u *User) DM(other string) string {
	u.s.t().Helper()
	a := u.Post("/v1/channels", map[string]string{"type": "dm", "user_id": other})
	if a.Status != http.StatusCreated && a.Status != http.StatusOK {
		u.s.t().Fatalf("%s", a)
	}
	return a.Text("id")
}

func (u *User) create(kind, name string) string {
	u.s.t().Helper()
	return u.Post("/v1/channels", map[string]string{"type": kind, "name": name}).Want(http.StatusCreated).Text("id")
}

// Add makes others members of a channel.
func (u *User) Add(channel string, others ...*User) {
	u.s.t().Helper()
	for _, o := range others {
		u.Post(Members(channel), map[string]string{"user_id": o.ID}).Want(http.StatusCreated)
	}
}

// Send sends a message and is its id.
func (u *User) Send(channel, text string) string {
	u.s.t().Helper()
	return u.Post(Messages(channel), map[string]string{"body": text}).Want(http.StatusCreated).Text("id")
}

// Channel is the path of a channel.
func Channel(id string) string { return "/v1/channels/" + id }

// Messages is the path of a channel's messages, or of one of them.
func Messages(channel string, id ...string) string {
	return strings.Join(append([]string{Channel(channel), "messages"}, id...), "/")
}

// Members is the path of a channel's members, or of one of them.
func Members(channel string, user ...string) string {
	path := Channel(channel) + "/members"
	for _, u := range user {
		path += "/" + Encode(u)
	}
	return path
}

// Block is the path of a block.
func Block(user string) string { return "/v1/users/me/blocks/" + Encode(user) }

// Encode escapes everything in a path segment that could be escaped.
func Encode(segment string) string {
	return strings.ReplaceAll(url.QueryEscape(segment), "+", "%20")
}

// Stream is a body of unknown length.
func Stream(r io.Reader) io.Reader { return struct{ io.Reader }{r} }
