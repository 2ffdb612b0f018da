package parley

import "context"

// Presence lists members who are present, in the order of user ids, behind the
// user after unless that is empty; limit is 1 to 1,000, 0: 1,000 (CH-831).
func (c *Client) Presence(ctx context.Context, channel ID, after UserID, limit int) (present PresencePage, err error) {
	return present, c.read(ctx, channelPath(channel, "presence"), page(limit, "after", after), &present)
}

// Occupancy counts who is connected to a channel (CH-830).
func (c *Client) Occupancy(ctx context.Context, channel ID) (o Occupancy, err error) {
	return o, c.read(ctx, channelPath(channel, "occupancy"), nil, &o)
}
