package projections_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/queries"
)

// uncovering opens what cover covered.
type uncovering struct{}

func (uncovering) OpenMany(_ context.Context, items []domain.Sealed) error {
	for i := range items {
		items[i].Plain = bytes.TrimPrefix(items[i].Blob, []byte(sealedMark))
	}
	return nil
}

// still is a waiter for read models that stand still.
type still struct{}

func (still) Wait(_ context.Context, names []string, _ int64) ([]int64, error) {
	return make([]int64, len(names)), nil
}
func (still) Floor([]string) int64 { return 0 }
func (still) Parked([]string, domain.AppID, domain.ChannelID, domain.Actor, func(string, int64, int64)) {
}

// countsAsNaively compares the unread counts of everybody's channels with
// those of the naive account.
func (h *history) countsAsNaively(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	q := queries.New(pool, uncovering{}, still{})
	for _, who := range h.members() {
		list, err := q.Channels(context.Background(), 0, queries.ChannelList{App: who.app, User: who.user, Limit: 1000})
		require.NoError(t, err)
		counts := map[domain.ChannelID]int64{}
		for _, c := range list {
			counts[c.ID] = c.Unread
		}
		require.Equal(t, h.unread(who), counts, "%s of %s", who.user, who.app)
	}
}

// unread counts, for each channel of a user, the messages after the cursor
// that others sent and that are not deleted.
func (h *history) unread(who member) map[domain.ChannelID]int64 {
	counts := map[domain.ChannelID]int64{}
	for p, c := range h.channels {
		cursor, in := c.read[who.user]
		if p.app != who.app || !in || c.deleted {
			continue
		}
		counts[p.id] = 0
		for i, m := range c.messages {
			if i >= cursor && m.by != who.user && !m.gone {
				counts[p.id]++
			}
		}
	}
	return counts
}

// members lists everybody.
func (h *history) members() []member {
	var list []member
	for _, app := range historyApps {
		for _, u := range historyUsers {
			list = append(list, member{app, u})
		}
	}
	return list
}

func (h *history) aboutUser(u domain.UserID) {
	user := h.users[member{h.app, u}]
	if user == nil {
		user = domain.NewUser()
		h.users[member{h.app, u}] = user
	}
	other := pick(h, historyUsers)
	var events []domain.Event
	var err error
	switch h.rand.IntN(4) {
	case 0:
		events = user.Rename(u, "name", epoch, false)
	case 1:
		events, err = user.Block(u, other)
	case 2:
		events = user.Unblock(other)
	case 3:
		events = []domain.Event{domain.UserErased{}}
	}
	h.decided(domain.UserStream(h.app, u), u, user, events, err)
}
