package crashtest_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/internal/histcheck"
)

// minimum is how many messages must have been acknowledged per kill: fewer
// prove little.
const minimum = 20

// final reads every room at every page size, which must show the same, and
// gives it to the history as the final order.
func (l *load) final() map[string][]histcheck.Message {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 4*patience)
	defer cancel()
	orders := make([][][]histcheck.Message, len(l.rooms))
	var reading sync.WaitGroup
	for i, room := range l.rooms {
		orders[i] = make([][]histcheck.Message, len(sizes))
		for j, size := range sizes {
			reading.Go(func() {
				messages, found, err := l.walk(ctx, l.clients[j], room, size)
				assert.NoError(l.t, err, "walk through room %s at page size %d", room, size)
				assert.Empty(l.t, found, "walk through room %s at page size %d:\n%s", room, size, histcheck.Report(found))
				orders[i][j] = messages
			})
		}
	}
	reading.Wait()
	final := make(map[string][]histcheck.Message)
	for i, room := range l.rooms {
		for j, size := range sizes {
			require.True(l.t, slices.Equal(orders[i][0], orders[i][j]), "room %s is another at page size %d than at %d", room, size, sizes[0])
		}
		l.history.Final(room, orders[i][0])
		final[room] = orders[i][0]
	}
	l.checkNewest(final)
	return final
}

// checkNewest holds the list of channels against the rooms.
func (l *load) checkNewest(final map[string][]histcheck.Message) {
	l.t.Helper()
	var listed []struct {
		ID     string  `json:"id"`
		Newest *string `json:"last_message_id"`
	}
	l.clients[0].must(l.t, http.MethodGet, "/v1/channels", nil, &listed)
	require.Len(l.t, listed, len(l.rooms))
	for _, c := range listed {
		room := final[c.ID]
		require.NotEmpty(l.t, room)
		require.NotNil(l.t, c.Newest)
		assert.Equal(l.t, room[len(room)-1].ID, *c.Newest, "newest message of room %s", c.ID)
	}
}

// judge demands that no promise was broken and that the run proves something.
func (l *load) judge(o options) {
	l.t.Helper()
	began := time.Now()
	if found := histcheck.Check(l.history); len(found) > 0 {
		l.t.Errorf("%d violations:\n%s", len(found), histcheck.Report(found))
	}
	s := l.history.Stats()
	l.t.Logf("judged %d operations in %s", s.Sends+s.Pages, time.Since(began).Round(time.Millisecond))
	assert.GreaterOrEqual(l.t, s.OK, minimum*o.kills(), "acknowledged messages")
	assert.Positive(l.t, s.Unknown, "no kill has hit a send")
	assert.Positive(l.t, s.Replayed, "no send was repeated")
	for _, size := range sizes {
		assert.Positive(l.t, l.walks[size], "no whole walk at page size %d under load", size)
	}
	assert.Zero(l.t, l.answers["send 500"]+l.answers["page 500"], "answers that call an outage a fault")
}
