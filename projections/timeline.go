package projections

import (
	"cmp"
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// Timeline keeps what happened in channels, in order: the log of each channel,
// its messages, reactions, counters, read cursors, and with those what the list
// of a user's channels shows.
var Timeline = Projection{
	Name: "timeline", Version: 3,
	Tables:     []string{"channel_log", "messages", "edits", "reactions", "channel_counters", "cursors"},
	Categories: []string{"channel", "message", "reads", "user"},
	Apply:      applyTimeline,
}

// channelKey and messageKey name a channel and a message over all apps.
type channelKey struct {
	app     domain.AppID
	channel domain.ChannelID
}

type messageKey struct {
	channelKey
	message domain.MessageID
}

// compare orders keys as indexes do: what is written in that order costs
// less there.
func (k channelKey) compare(o channelKey) int {
	if k.app != o.app {
		return strings.Compare(string(k.app), string(o.app))
	}
	return cmp.Compare(k.channel, o.channel)
}

func channelOf(r domain.Recorded) channelKey { return channelKey{r.Stream.App, r.Stream.Channel} }

func messageOf(r domain.Recorded, m domain.MessageID) messageKey { return messageKey{channelOf(r), m} }

// timeline folds one batch in memory: what it starts from is read first, what
// it comes to is written at the end, each table at once.
type timeline struct {
	counters map[channelKey]*counters
	log      []*logRow
	sent     []*messageRow                  // new ones, in order
	rows     map[messageKey]*messageRow     // those of sent, by id
	known    map[messageKey]int64           // msg_seq of older ones that the batch speaks of
	edits    map[messageKey]*messageEdit    // to older ones
	tallies  map[messageKey]*tally          // reactions to messages
	editions []editRow                      // what each edit made, in order
	cursors  map[cursorKey]*cursor          // where cursors end up
	readers  map[cursorKey]*reader          // what else changes of stored ones
	erased   map[cursorUser]domain.Recorded // users erased
}

func applyTimeline(_ context.Context, tx Tx, events []domain.Recorded) error {
	t := &timeline{
		counters: map[channelKey]*counters{}, rows: map[messageKey]*messageRow{}, known: map[messageKey]int64{},
		edits: map[messageKey]*messageEdit{}, cursors: map[cursorKey]*cursor{}, erased: map[cursorUser]domain.Recorded{},
		tallies: map[messageKey]*tally{}, readers: map[cursorKey]*reader{},
	}
	if err := t.load(tx, events); err != nil {
		return err
	}
	for _, r := range events {
		switch r.Stream.Category {
		case "channel", "message":
			c := t.counters[channelOf(r)]
			c.lastSeq++
			c.applyProfile(r)
			t.applyMessage(r, c)
			t.log = append(t.log, newLogRow(r, c.lastSeq, t.applyReaction(r)))
			t.applyMembership(r, c)
		case "reads":
			t.applyRead(r)
		case "user":
			t.applyUser(r)
		}
	}
	t.store(tx)
	return nil
}

// applyUser applies what a user's own stream says of channels and the user.
func (t *timeline) applyUser(r domain.Recorded) {
	hide := func(channel domain.ChannelID, at int64) {
		t.reader(cursorKey{channelKey{r.Stream.App, channel}, r.Stream.User}).hide(at)
	}
	switch e := r.Event.(type) {
	case domain.ChannelHidden:
		hide(e.Channel, r.Position)
	case domain.ChannelShown:
		hide(e.Channel, 0)
	case domain.UserErased:
		t.erased[cursorUser{r.Stream.App, r.Stream.User}] = r
	}
}

// load reads what the batch starts from: the counters of its channels, and
// where the older messages are that it speaks of.
func (t *timeline) load(tx Tx, events []domain.Recorded) error {
	b := &pgx.Batch{}
	t.queueCounters(b, events)
	t.queueKnown(b, events)
	t.queueReactions(b, events)
	if b.Len() == 0 {
		return nil
	}
	return tx.Load(b)
}

func (t *timeline) store(tx Tx) {
	tx.Insert(t.logRows())
	tx.Insert(t.messageRows())
	tx.Insert(t.editionRows())
	b := &pgx.Batch{}
	t.storeEdits(b)
	t.storeReactions(b)
	t.storeCursors(b)
	t.storeReaders(b)
	t.storeCounters(b)
	for _, r := range t.erased {
		queueErased(b, r)
	}
	tx.Store(b)
}
