package parley

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// ChannelsQuery chooses channels; the zero value is the caller's own that are
// not hidden, the first 1,000 of them.
type ChannelsQuery struct {
	// Public lists the rooms of the app instead (CH-104).
	Public bool
	// Hidden lists those too that the caller has hidden (CH-102).
	Hidden bool
	// Limit is 1 to 1,000; 0: 1,000.
	Limit int
	// Before is the last id of the page before.
	Before ID
}

// Channels lists channels, latest activity first (CH-100 to CH-104).
func (c *Client) Channels(ctx context.Context, q ChannelsQuery) (channels []Channel, err error) {
	query := page(q.Limit, "before", q.Before)
	if q.Public {
		query.Set("scope", "public")
	}
	if q.Hidden {
		query.Set("include_hidden", "true")
	}
	return channels, c.read(ctx, "/v1/channels", query, &channels)
}

// Channel shows one channel (CH-130).
func (c *Client) Channel(ctx context.Context, channel ID) (shown Channel, err error) {
	return shown, c.read(ctx, channelPath(channel), nil, &shown)
}

// CreateChannel makes a channel, or finds the dm that exists (CH-110 to
// CH-123).
func (c *Client) CreateChannel(ctx context.Context, n NewChannel) (made Channel, err error) {
	return made, c.write(ctx, http.MethodPost, "/v1/channels", n, &made)
}

// RenameChannel gives a channel another name (CH-140).
func (c *Client) RenameChannel(ctx context.Context, channel ID, name string) (renamed Channel, err error) {
	return renamed, c.write(ctx, http.MethodPut, channelPath(channel), ChannelName{Name: name}, &renamed)
}

// DeleteChannel deletes a channel (CH-160).
func (c *Client) DeleteChannel(ctx context.Context, channel ID) error {
	return c.write(ctx, http.MethodDelete, channelPath(channel), nil, nil)
}

// HideChannel takes a channel out of the caller's list, or puts it back
// (CH-150).
func (c *Client) HideChannel(ctx context.Context, channel ID, hidden bool) error {
	return c.write(ctx, http.MethodPut, channelPath(channel, "hidden"), HideChannel{Hidden: hidden}, nil)
}

// page is the query of a page; what is empty is left to the server.
func page(limit int, cursor string, at ID) url.Values {
	query := url.Values{}
	if limit != 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	if at != "" {
		query.Set(cursor, at)
	}
	return query
}
