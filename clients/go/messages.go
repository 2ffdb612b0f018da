package parley

import (
	"context"
	"net/http"
	"strconv"
)

// Send sends a message. The same key is the same message, however often it is
// sent (CH-306); empty: a fresh one, which covers the attempts of this call.
func (c *Client) Send(ctx context.Context, channel ID, key string, m NewMessage) (sent Message, err error) {
	if key == "" {
		key = NewKey()
	}
	r := request{method: http.MethodPost, path: channelPath(channel, "messages"), key: key, body: m}
	return sent, c.do(ctx, r, &sent)
}

// HistoryQuery chooses messages; the zero value is the newest 50. Before and
// After are message ids and exclude each other.
type HistoryQuery struct {
	// Limit is 1 to 100; 0: 50.
	Limit int
	// Before: only messages with a smaller id, newest first (CH-312).
	Before ID
	// After: only messages with a greater id, oldest first (CH-314).
	After ID
	// Start and End: only messages of this time or later, and before that
	// time; 0: any (CH-319).
	Start, End Time
}

// History reads a page of messages (CH-310 to CH-319).
func (c *Client) History(ctx context.Context, channel ID, q HistoryQuery) (history MessagePage, err error) {
	query := page(q.Limit, "before", q.Before)
	if q.After != "" {
		query.Set("after", q.After)
	}
	if q.Start != 0 {
		query.Set("start", strconv.FormatInt(q.Start, 10))
	}
	if q.End != 0 {
		query.Set("end", strconv.FormatInt(q.End, 10))
	}
	return history, c.read(ctx, channelPath(channel, "messages"), query, &history)
}

// Message shows one message, a tombstone if it is deleted (CH-317).
func (c *Client) Message(ctx context.Context, channel, message ID) (shown Message, err error) {
	return shown, c.read(ctx, channelPath(channel, "messages", message), nil, &shown)
}

// Versions reads what a message was, oldest first, behind the version after
// unless that is empty; limit is 1 to 100, 0: 50 (CH-318).
func (c *Client) Versions(ctx context.Context, channel, message, after ID, limit int) (versions MessageVersionPage, err error) {
	path := channelPath(channel, "messages", message, "versions")
	return versions, c.read(ctx, path, page(limit, "after", after), &versions)
}

// Edit replaces what one's own message says (CH-320 to CH-327).
func (c *Client) Edit(ctx context.Context, channel, message ID, e MessageEdit) (edited Message, err error) {
	return edited, c.write(ctx, http.MethodPut, channelPath(channel, "messages", message), e, &edited)
}

// Delete deletes a message (CH-330 to CH-334).
func (c *Client) Delete(ctx context.Context, channel, message ID) error {
	return c.write(ctx, http.MethodDelete, channelPath(channel, "messages", message), nil, nil)
}
