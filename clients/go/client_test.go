package parley_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	parley "parley/clients/go"
)

// refusal writes a refusal of the server.
func refusal(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"data":null,"error":{"code":"`+code+`","message":"why","request_id":"r1"}}`)
}

// lose ends a connection without an answer, or in the middle of one.
func lose(t *testing.T, w http.ResponseWriter, text string) {
	conn, buf, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	_, _ = buf.WriteString(text)
	_ = buf.Flush()
}

func TestASendIsRepeatedWithItsKeyUntilItIsAnswered(t *testing.T) {
	s := newScript(t)
	n := 0
	s.answer = func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `{"body":"hello"}` || r.Header.Get("Authorization") != "Bearer token" {
			t.Errorf("%s %v %s", body, err, r.Header)
		}
		switch n++; n {
		case 1:
			lose(t, w, "")
		case 2:
			lose(t, w, "HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{\"id\":")
		case 3:
			refusal(w, http.StatusServiceUnavailable, "UNAVAILABLE")
		case 4:
			refusal(w, http.StatusTooManyRequests, "RATE_LIMITED")
		case 5:
			w.WriteHeader(http.StatusBadGateway)
		case 6:
			select { // until the attempt is given up
			case <-r.Context().Done():
			case <-time.After(patience):
			}
		default:
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"id":"12","body":"hello"}`)
		}
	}
	c := s.client()
	c.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	c.Timeout = time.Second
	sent, err := c.Send(t.Context(), "7", "once", parley.NewMessage{Body: "hello"})
	require.NoError(t, err)
	require.Equal(t, "12", sent.ID)
	require.GreaterOrEqual(t, len(s.made()), 7)
	for _, made := range s.made() {
		require.Equal(t, "POST /v1/channels/7/messages once", made)
	}
}

func TestRefusalsAreTheCallers(t *testing.T) {
	s := newScript(t)
	s.answer = func(w http.ResponseWriter, _ *http.Request) { refusal(w, http.StatusForbidden, "CHAT_NOT_MEMBER") }
	_, err := s.client().Channel(t.Context(), "7")
	var r *parley.Refused
	require.ErrorAs(t, err, &r)
	require.Equal(t, parley.Refused{Status: 403, ErrorDetail: parley.ErrorDetail{Code: "CHAT_NOT_MEMBER", Message: "why", RequestID: "r1"}}, *r)
	require.EqualError(t, err, "CHAT_NOT_MEMBER: why")
	require.True(t, parley.IsRefused(err, "CHAT_NOT_MEMBER"))
	require.False(t, parley.IsRefused(errors.New("else"), "CHAT_NOT_MEMBER"))
	require.Len(t, s.made(), 1)
}

func TestAnExpiredTokenIsReplacedOnce(t *testing.T) {
	s := newScript(t)
	s.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer token 2" {
			_, _ = io.WriteString(w, `{"id":"7"}`)
			return
		}
		refusal(w, http.StatusUnauthorized, "AUTH_TOKEN_EXPIRED")
	}
	c := s.client()
	n := 0
	c.Token = func(context.Context) (string, error) { n++; return fmt.Sprint("token ", n), nil }
	channel, err := c.Channel(t.Context(), "7")
	require.NoError(t, err)
	require.Equal(t, "7", channel.ID)
	_, err = c.Channel(t.Context(), "7")
	require.True(t, parley.IsRefused(err, "AUTH_TOKEN_EXPIRED"), "%v", err)
	require.Equal(t, 4, n)
}

func TestTheContextEndsTheAttempts(t *testing.T) {
	s := newScript(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		refusal(w, http.StatusServiceUnavailable, "UNAVAILABLE")
		time.AfterFunc(100*time.Millisecond, cancel) // many times the backoff
	}
	_, err := s.client().Channel(ctx, "7")
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, s.made(), 1)
}

func TestWithoutATokenNothingIsAsked(t *testing.T) {
	s := newScript(t)
	c := s.client()
	c.Token = func(context.Context) (string, error) { return "", errors.New("logged out") }
	require.EqualError(t, c.Delete(t.Context(), "7", "1"), "get a token: logged out")
	require.Empty(t, s.made())
}

func TestRequests(t *testing.T) {
	tests := map[string]func(context.Context, *parley.Client) error{
		"GET /v1/channels?before=9&include_hidden=true&limit=5&scope=public": func(ctx context.Context, c *parley.Client) error {
			_, err := c.Channels(ctx, parley.ChannelsQuery{Public: true, Hidden: true, Limit: 5, Before: "9"})
			return err
		},
		"GET /v1/channels/7/messages": func(ctx context.Context, c *parley.Client) error {
			_, err := c.History(ctx, "7", parley.HistoryQuery{})
			return err
		},
		"GET /v1/channels/7/messages?after=8&end=20&limit=2&start=10": func(ctx context.Context, c *parley.Client) error {
			_, err := c.History(ctx, "7", parley.HistoryQuery{After: "8", Limit: 2, Start: 10, End: 20})
			return err
		},
		"GET /v1/channels/7/members?after=a%2Bb&limit=3": func(ctx context.Context, c *parley.Client) error {
			_, err := c.Members(ctx, "7", "a+b", 3)
			return err
		},
		"GET /v1/channels/7/messages/8/versions?after=9": func(ctx context.Context, c *parley.Client) error {
			_, err := c.Versions(ctx, "7", "8", "9", 0)
			return err
		},
		"PUT /v1/channels/7/messages/8 KEY": func(ctx context.Context, c *parley.Client) error {
			_, err := c.Edit(ctx, "7", "8", parley.MessageEdit{Body: "new"})
			return err
		},
		"DELETE /v1/channels/7/messages/8 KEY": func(ctx context.Context, c *parley.Client) error { return c.Delete(ctx, "7", "8") },
		"POST /v1/channels/7/messages/8/reactions KEY": func(ctx context.Context, c *parley.Client) error {
			return c.React(ctx, "7", "8", "👍")
		},
		"DELETE /v1/channels/7/messages/8/reactions/%F0%9F%91%8D KEY": func(ctx context.Context, c *parley.Client) error {
			return c.Unreact(ctx, "7", "8", "👍")
		},
		"DELETE /v1/channels/7/members/a%3Fb KEY": func(ctx context.Context, c *parley.Client) error {
			return c.RemoveMember(ctx, "7", "a?b")
		},
		"POST /v1/channels/7/read": func(ctx context.Context, c *parley.Client) error {
			_, err := c.MarkRead(ctx, "7", "8")
			return err
		},
		"GET /v1/channels/7/reads": func(ctx context.Context, c *parley.Client) error {
			_, err := c.Reads(ctx, "7", "", 0)
			return err
		},
	}
	for want, call := range tests {
		t.Run(want, func(t *testing.T) {
			s := newScript(t)
			s.answer = func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/channels") || strings.HasSuffix(r.URL.Path, "/members") {
					_, _ = io.WriteString(w, `[]`)
					return
				}
				_, _ = io.WriteString(w, `{}`)
			}
			require.NoError(t, call(t.Context(), s.client()))
			require.Len(t, s.made(), 1)
			got := strings.TrimSpace(s.made()[0])
			if request, ok := strings.CutSuffix(want, " KEY"); ok {
				require.Regexp(t, `^[A-Z2-7]{26}$`, strings.TrimPrefix(got, request+" "))
				return
			}
			require.Equal(t, want, got)
		})
	}
}
