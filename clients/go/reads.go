package parley

import (
	"context"
	"net/http"
)

// MarkRead moves the caller's read cursor forward to a message; an older one
// changes nothing (CH-600, CH-601).
func (c *Client) MarkRead(ctx context.Context, channel, message ID) (cursor ReadCursor, err error) {
	r := request{method: http.MethodPost, path: channelPath(channel, "read"), body: MarkRead{LastReadMessageID: message}}
	return cursor, c.do(ctx, r, &cursor)
}

// Reads shows how far members have read, in the order of user ids, behind the
// user after unless that is empty; limit is 1 to 1,000, 0: 1,000 (CH-604).
func (c *Client) Reads(ctx context.Context, channel ID, after UserID, limit int) (reads MemberReadPage, err error) {
	return reads, c.read(ctx, channelPath(channel, "reads"), page(limit, "after", after), &reads)
}
