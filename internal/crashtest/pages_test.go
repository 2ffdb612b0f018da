package crashtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"parley/internal/histcheck"
)

// message is what a client reads of one.
type message struct {
	ID   string `json:"id"`
	Body string `json:"body"`
}

// glance reads the newest page once; histcheck then knows whether it showed
// what its reader had sent.
func (l *load) glance(c *client, room string, size int) {
	_, _, _ = l.tryPage(context.Background(), c, room, histcheck.Before, "", size) // an answer or not, both are fine
}

// wander walks through whole rooms as long as the load lasts.
func (l *load) wander(c *client, size int, dice *rand.Rand) {
	for l.finishing.Err() == nil {
		_, found, err := l.walk(l.finishing, c, l.rooms[dice.IntN(len(l.rooms))], size)
		if len(found) > 0 {
			l.complain("a walk at page size %d under load:\n%s", size, histcheck.Report(found))
		}
		if err == nil {
			l.mu.Lock()
			l.walks[size]++
			l.mu.Unlock()
		}
	}
}

// walk reads a whole room in both directions and is as patient as the context.
func (l *load) walk(ctx context.Context, c *client, room string, size int) ([]histcheck.Message, []histcheck.Violation, error) {
	return histcheck.Walk(room, func(d histcheck.Direction, cursor string) ([]histcheck.Message, bool, error) {
		for {
			messages, more, err := l.tryPage(ctx, c, room, d, cursor, size)
			if err == nil || ctx.Err() != nil {
				return messages, more, err
			}
			pause(ctx, 20*time.Millisecond)
		}
	})
}

// tryPage asks once for a page. An error means that the server is away.
func (l *load) tryPage(ctx context.Context, c *client, room string, d histcheck.Direction, cursor string, size int) ([]histcheck.Message, bool, error) {
	query := url.Values{"limit": {strconv.Itoa(size)}}
	switch {
	case cursor != "":
		query.Set(d.String(), cursor)
	case d == histcheck.After:
		query.Set("after", "1") // ids are larger
	}
	call := l.history.StartPage(histcheck.Page{Client: c.user, Channel: room, Direction: d, Cursor: cursor})
	a, err := c.do(ctx, http.MethodGet, "/v1/channels/"+room+"/messages?"+query.Encode(), "", nil)
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	l.count("page " + kind(a, err))
	if err != nil {
		return nil, false, err
	}
	if a.status != http.StatusOK {
		if a.status < 500 && a.status != http.StatusTooManyRequests {
			l.complain("page refused with %d: %s", a.status, a.body)
		}
		return nil, false, fmt.Errorf("page: status %d", a.status)
	}
	var page struct {
		Messages []message `json:"messages"`
		More     bool      `json:"has_more"`
	}
	if err := json.Unmarshal(a.body, &page); err != nil {
		l.complain("page %q: %v", a.body, err)
		return nil, false, err
	}
	if len(page.Messages) > size {
		l.complain("a page of %d messages has %d", size, len(page.Messages))
	}
	messages := make([]histcheck.Message, len(page.Messages))
	for i, m := range page.Messages {
		messages[i] = histcheck.Message{ID: m.ID, Body: l.shared(m)}
	}
	call.Answer(messages, page.More)
	return messages, page.More, nil
}

// shared is the body in the copy that earlier pages hold.
func (l *load) shared(m message) string {
	if known, _ := l.bodies.LoadOrStore(m.ID, m.Body); known == m.Body {
		return known.(string)
	}
	return m.Body
}
