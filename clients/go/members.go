package parley

import (
	"context"
	"net/http"
)

// Members lists members, the earliest first, behind the user after unless that
// is empty; limit is 1 to 1,000, 0: 1,000 (CH-200).
func (c *Client) Members(ctx context.Context, channel ID, after UserID, limit int) (members []Member, err error) {
	return members, c.read(ctx, channelPath(channel, "members"), page(limit, "after", after), &members)
}

// AddMember adds a user, or the caller to a room (CH-210, CH-216).
func (c *Client) AddMember(ctx context.Context, channel ID, n NewMember) (added Member, err error) {
	return added, c.write(ctx, http.MethodPost, channelPath(channel, "members"), n, &added)
}

// ChangeRole gives a member another role; RoleOwner hands the channel over
// (CH-230).
func (c *Client) ChangeRole(ctx context.Context, channel ID, user UserID, role Role) (changed Member, err error) {
	return changed, c.write(ctx, http.MethodPut, channelPath(channel, "members", user), MemberRole{Role: role}, &changed)
}

// RemoveMember removes a member; the caller leaves (CH-220, CH-221).
func (c *Client) RemoveMember(ctx context.Context, channel ID, user UserID) error {
	return c.write(ctx, http.MethodDelete, channelPath(channel, "members", user), nil, nil)
}
