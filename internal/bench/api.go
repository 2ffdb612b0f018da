package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// api prepares what a measurement needs through the public interface. It
// takes no part in what is measured.
type api struct {
	url    string
	client *http.Client
}

func newAPI(url string) *api {
	return &api{url: url, client: &http.Client{
		Timeout: answerTime, Transport: &http.Transport{MaxIdleConnsPerHost: 32},
	}}
}

// call sends JSON and decodes the answer into out unless that is nil; header
// is a pair of name and value, or nothing. It returns the header of the
// answer.
func (a *api) call(ctx context.Context, method, path, token string, in, out any, header ...string) (http.Header, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	q, err := http.NewRequestWithContext(ctx, method, a.url+path, body)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Authorization", "Bearer "+token)
	if in != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if len(header) == 2 {
		q.Header.Set(header[0], header[1])
	}
	r, err := a.client.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.StatusCode/100 != 2 {
		return r.Header, &statusError{method + " " + path, r.StatusCode, string(b[:min(len(b), 300)])}
	}
	if out != nil {
		err = json.Unmarshal(b, out)
	}
	return r.Header, err
}

// statusError is an answer that refuses.
type statusError struct {
	request string
	status  int
	body    string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s: %d %s", e.request, e.status, e.body)
}

func messagesPath(channel string) string { return "/v1/channels/" + channel + "/messages" }

// group makes a channel of a user.
func (a *api) group(ctx context.Context, token, name string) (string, error) {
	var c struct {
		ID string `json:"id"`
	}
	_, err := a.call(ctx, http.MethodPost, "/v1/channels", token, map[string]string{"type": "group", "name": name}, &c)
	return c.ID, err
}

func (a *api) addMember(ctx context.Context, token, channel, user string) error {
	_, err := a.call(ctx, http.MethodPost, "/v1/channels/"+channel+"/members", token, map[string]string{"user_id": user}, nil)
	return err
}

// send sends a message and returns the position of its event.
func (a *api) send(ctx context.Context, token, channel, body string) (string, error) {
	h, err := a.call(ctx, http.MethodPost, messagesPath(channel), token, map[string]string{"body": body}, nil)
	return h.Get("Parley-Position"), err
}

// visible waits until a reader sees everything up to a position.
func (a *api) visible(ctx context.Context, token, channel, position string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		_, err := a.call(ctx, http.MethodGet, messagesPath(channel)+"?limit=1", token, nil, nil, "Parley-Min-Position", position)
		e, refused := err.(*statusError)
		if err == nil || !refused || e.status != http.StatusServiceUnavailable {
			return err
		}
	}
}
