package parley

import (
	"context"
	"net/http"
)

// React adds the caller's reaction to a message (CH-400).
func (c *Client) React(ctx context.Context, channel, message ID, emote string) error {
	path := channelPath(channel, "messages", message, "reactions")
	return c.write(ctx, http.MethodPost, path, NewReaction{EmoteAssetID: emote}, nil)
}

// Unreact takes the caller's reaction back (CH-410).
func (c *Client) Unreact(ctx context.Context, channel, message ID, emote string) error {
	return c.write(ctx, http.MethodDelete, channelPath(channel, "messages", message, "reactions", emote), nil, nil)
}
